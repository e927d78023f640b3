import Foundation

/// Says on standard error what a run is at; standard output is for the table alone.
struct GroupProgress: Sendable {
    /// The name of the group that is measured.
    private let group: String

    init(of group: String) { self.group = group }

    /// Says that the group begins.
    func begin() { write("measuring \(group)") }

    /// Says which part of the group is next, to be called while nothing is measured.
    func step(_ part: String) { write("measuring \(group): \(part)") }

    private func write(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }
}
