/// The file `packed-refs` of a repository, of which git reads no ref when a single line is wrong; libgit2 reads on.
///
/// Its lines are those that git-pack-refs(1) writes: a head, `ID name`, and `^ID` for what the tag above names.
package struct PackedRefs {
    /// The first line that git cannot read.
    package struct Fault: Error, Hashable, CustomStringConvertible {
        /// From 1 on.
        package let line: Int
        package let reason: String

        /// The place, relative to the repository, with what mends it.
        package var description: String {
            let remedy = "mend or remove the line, or put the file back from a backup"
            return "packed-refs:\(line): git cannot read the line, and no ref at all (\(reason)): \(remedy)"
        }
    }

    private static let head = Array("# pack-refs with:".utf8)
    private static let idLength = 40

    /// The file, which may be missing.
    private let path: String

    /// - Parameter path: the bare repository.
    package init(repositoryAt path: String) { self.path = "\(path)/packed-refs" }

    /// What is wrong with the file; `nil` when git can read it, or when there is none.
    package func fault() throws(GitError) -> Fault? {
        guard FileSystem.exists(path) else { return nil }
        return Self.fault(in: try FileSystem.contents(of: path, maximum: .max))
    }

    static func fault(in content: [UInt8]) -> Fault? {
        guard !content.isEmpty else { return nil }
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var mayBePeeled = false
        // What stands behind the last line's end is no line.
        for (index, line) in lines.dropLast().enumerated() {
            if let reason = reason(line, isFirst: index == 0, mayBePeeled) {
                return Fault(line: index + 1, reason: reason)
            }
            mayBePeeled = line.first != UInt8(ascii: "^") && line.first != UInt8(ascii: "#")
        }
        return lines.last?.isEmpty == true ? nil : Fault(line: lines.count, reason: "it does not end")
    }

    private static func reason(_ line: ArraySlice<UInt8>, isFirst: Bool, _ mayBePeeled: Bool) -> String? {
        switch line.first {
        case UInt8(ascii: "#"): isFirst && line.starts(with: head) ? nil : "it is no head of such a file"
        case UInt8(ascii: "^"): mayBePeeled && isID(line.dropFirst()) ? nil : "it does not say what a tag names"
        default:
            isID(line.prefix(idLength)) && line.dropFirst(idLength).first == UInt8(ascii: " ")
                && line.count > idLength + 1 ? nil : "it is not an object and the name of a ref"
        }
    }

    private static func isID(_ text: ArraySlice<UInt8>) -> Bool {
        text.count == idLength
            && text.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"):
                    true
                default: false
                }
            }
    }
}
