import Foundation

/// The files of a repository that hold one object each.
package struct LooseObjects {
    private let folder: String

    /// - Parameter path: the bare repository.
    package init(repositoryAt path: String) { folder = "\(path)/objects" }

    /// The object that a file of a repository is to hold, by its path in the repository (`objects/4b/825dc6…`); `nil` for another file.
    package static func object(inFile path: String) -> AnyObjectID? {
        let parts = path.split(separator: "/")
        guard parts.count == 3, parts[0] == "objects", parts[1].utf8.count == 2 else { return nil }
        return AnyObjectID(parts[1] + parts[2])
    }

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
