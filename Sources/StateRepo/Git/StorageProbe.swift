import Glibc

/// Whether anything can be written where the repository is: a file is written, flushed and removed again.
package struct StorageProbe: Sendable {
    /// Why nothing can be written.
    package struct Problem: Hashable, Sendable {
        /// Whether there is no room; else the file system is read-only, or the disk fails, or no more files can be opened.
        package let isFull: Bool
        /// The system's own words, without a path: strerror(3).
        package let reason: String
    }

    /// Among the objects, where a start removes what begins like that, and nobody watches.
    private static let file = "objects/tmp_obj_gitplane_probe"
    /// As much as most writes need.
    private static let content = [UInt8](repeating: 0, count: 64 << 10)

    private let path: String

    /// - Parameter path: the bare repository.
    package init(repositoryAt path: String) { self.path = "\(path)/\(Self.file)" }

    /// - Returns: `nil` when a file was written.
    package func run() -> Problem? {
        // What a crash left may belong to somebody else by now.
        unlink(path)
        defer { unlink(path) }
        do throws(GitError) {
            try FileSystem.write(Self.content, to: path)
            try FileSystem.flush(path)
            return nil
        } catch {
            return Problem(isFull: error.code == .diskFull, reason: String(error.message.dropFirst("\(path): ".count)))
        }
    }
}
