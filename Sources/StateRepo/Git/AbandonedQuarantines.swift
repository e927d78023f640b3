import Foundation
import Synchronization

/// Removes what pushes that were cut off have brought: a `git receive-pack` that is killed leaves its quarantine behind,
/// which is as large as a push may be.
///
/// Which process a quarantine belongs to cannot be seen from outside; so they are removed when no push is under way.
package final class AbandonedQuarantines: Sendable {
    private let objects: String
    private let repository: String
    private let processes: ProcessTable
    private let isExpected = Mutex(false)

    /// - Parameter repository: the absolute path of the bare repository.
    package init(repository: String, processes: ProcessTable = ProcessTable()) {
        self.repository = URL(filePath: repository).resolvingSymlinksInPath().path
        self.objects = "\(repository)/objects"
        self.processes = processes
    }

    /// Notes that a push was cut off.
    package func expect() { isExpected.withLock { $0 = true } }

    /// Removes them when there may be some and no push is under way; otherwise the end of the next push is the time for it.
    ///
    /// - Returns: the names of those that were removed.
    @discardableResult
    package func removeIfQuiet() throws -> [String] {
        guard isExpected.withLock({ $0 }), !processes.isReceiving(in: repository) else { return [] }
        isExpected.withLock { $0 = false }
        let names = try FileManager.default.contentsOfDirectory(atPath: objects)
            .filter { $0.hasPrefix("tmp_objdir-incoming-") }
        // A push that has begun since is not looked at by name: its quarantine is younger than this look.
        guard !processes.isReceiving(in: repository) else {
            expect()
            return []
        }
        for name in names { try FileManager.default.removeItem(atPath: "\(objects)/\(name)") }
        return names
    }
}
