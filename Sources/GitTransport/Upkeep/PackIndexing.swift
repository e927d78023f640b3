import Concurrency
import StateRepo
package import Telemetry

/// Makes indexes of packs anew that are missing or damaged: without one nobody finds what is in the pack, and no git packs
/// or cleans (``PackIndexes``).
///
/// On a thread of its own: whole packs are read.
package actor PackIndexing {
    /// What became of the packs, as paths relative to the repository, in order.
    package struct Report: Hashable, Sendable {
        /// Have an index again.
        package fileprivate(set) var indexed: [String]
        /// Had nothing in them.
        package fileprivate(set) var removed: [String]
        /// Cannot have one, because the pack itself is damaged; they stay as they are.
        package fileprivate(set) var damaged: [String]
        /// Have none, for a reason that git told.
        package fileprivate(set) var failed: [String]

        package init(
            indexed: [String] = [],
            removed: [String] = [],
            damaged: [String] = [],
            failed: [String] = []
        ) {
            self.indexed = indexed
            self.removed = removed
            self.damaged = damaged
            self.failed = failed
        }
    }

    private let executor = QueueExecutor(label: "gitplane.pack-indexing")
    private let indexes: PackIndexes
    private let upkeep: RepositoryUpkeep

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - repository: the bare repository, an absolute path.
    ///   - spans: where the commands are recorded.
    package init(repository: String, programs: GitPrograms, spans: Spans = .none) {
        self.indexes = PackIndexes(repositoryAt: repository)
        self.upkeep = RepositoryUpkeep(repository: repository, programs: programs, spans: spans)
    }

    /// Makes those indexes that can be made, and does nothing when none is missing; may be done again at any time.
    ///
    /// - Parameter isQuiet: whether nobody writes there.
    package func mend(isQuiet: Bool) async throws -> Report {
        var report = Report()
        for pack in try indexes.faulty(isQuiet: isQuiet) {
            if try indexes.isEmpty(pack) {
                try indexes.remove(pack)
                report.removed.append(pack)
            } else if try !indexes.canBeMade(pack) {
                report.damaged.append(pack)
            } else {
                do {
                    try await upkeep.index(pack)
                    report.indexed.append(pack)
                } catch let failure as RepositoryUpkeep.Failure {
                    report.failed.append("\(pack): \(failure)")
                }
            }
        }
        return report
    }
}
