import Foundation
import Glibc

/// Ends what is still at work of the git of a server that is gone.
///
/// A git that a server started ends with it, unless it was just being started; what that git started in turn, as a repack
/// starts what writes the pack, does not. No start may remove a lock while it works, and it would work beside what the next
/// server starts of the same kind.
package struct OrphanedGit: Sendable {
    /// How long a process that was ended is waited for: only a disk that does not answer keeps one for longer.
    package static let patience = Duration.seconds(5)
    private static let pause = Duration.milliseconds(5)

    private let directories: [String]
    private let processes: ProcessTable

    /// - Parameter directories: the absolute paths of the repository and of its working trees.
    package init(in directories: [String], processes: ProcessTable = ProcessTable()) {
        self.directories = directories.map { URL(filePath: $0).resolvingSymlinksInPath().path }
        self.processes = processes
    }

    /// Their process ids.
    package func look() -> [Int32] { processes.orphanedGit(in: directories) }

    /// Ends them, and waits until they are gone.
    ///
    /// - Returns: those that there were, and those of them that are there still.
    package func end(within patience: Duration = Self.patience) async throws -> (ended: Set<Int32>, left: [Int32]) {
        let deadline = ContinuousClock.now + patience
        var ended: Set<Int32> = []
        var left = look()
        while !left.isEmpty {
            // What one of them has started meanwhile is ended as well.
            for process in left { kill(process, SIGKILL) }
            ended.formUnion(left)
            guard ContinuousClock.now < deadline else { break }
            try await Task.sleep(for: Self.pause)
            left = look()
        }
        return (ended, left)
    }
}
