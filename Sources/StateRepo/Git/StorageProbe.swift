import Glibc

/// Whether anything can be written where the repository is: a file is written, flushed and removed again, and the folders in
/// which a write needs a file may be written to.
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

    /// Of the journal, and of the branch; whoever watches them would be woken by a file.
    private static let folders = ["", "refs/heads"]

    private let repository: String
    private let path: String

    /// - Parameter path: the bare repository.
    package init(repositoryAt path: String) {
        self.repository = path
        self.path = "\(path)/\(Self.file)"
    }

    /// - Returns: `nil` when a file was written.
    package func run() -> Problem? {
        // What a crash left may belong to somebody else by now.
        unlink(path)
        defer { unlink(path) }
        do throws(GitError) {
            try FileSystem.write(Self.content, to: path)
            try FileSystem.flush(path)
            return folderProblem
        } catch {
            return Problem(isFull: error.code == .diskFull, reason: String(error.message.dropFirst("\(path): ".count)))
        }
    }

    private var folderProblem: Problem? {
        for folder in Self.folders where access("\(repository)/\(folder)", W_OK) != 0 {
            return Problem(isFull: false, reason: String(cString: strerror(errno)))
        }
        return nil
    }
}
