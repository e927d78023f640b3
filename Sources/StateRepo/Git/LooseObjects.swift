import Foundation

/// The files of a repository that hold one object each.
package struct LooseObjects {
    private let folder: String

    /// - Parameter path: the bare repository.
    package init(repositoryAt path: String) { folder = "\(path)/objects" }

    /// The commits among them, in no order; what cannot be read is none.
    ///
    /// Reads every one of them: for repositories that are small, or that something is wrong with.
    package func commits(in repository: borrowing GitRepository) throws -> [GitCommit] {
        var commits: [GitCommit] = []
        for group in try FileManager.default.contentsOfDirectory(atPath: folder) where group.utf8.count == 2 {
            for rest in try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(group)") {
                guard let id = CommitID(group + rest) else { continue }
                // Most are of another kind; a power cut leaves some that are cut off.
                do { commits.append(try repository.readCommit(id)) } catch { continue }
            }
        }
        return commits
    }
}
