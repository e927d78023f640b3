package import Foundation

/// The passwords that are tried first by whoever guesses: one per line in a file that travels with the program.
///
/// The file is read when a password is chosen, which is rare, and not kept in memory.
package struct CommonPasswords: Sendable {
    private let file: URL

    package init(file: URL) { self.file = file }

    /// Whether a password is one of them, without regard to case.
    func contain(_ password: String) throws -> Bool {
        let line = password.lowercased()
        guard !line.utf8.contains(UInt8(ascii: "\n")) else { return false }
        let content = try Data("\n".utf8) + Data(contentsOf: file)
        return content.range(of: Data("\n\(line)\n".utf8)) != nil
    }
}
