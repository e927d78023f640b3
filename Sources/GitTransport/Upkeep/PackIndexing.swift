import StateRepo
package import Telemetry

/// Makes indexes of packs anew that are missing or damaged: without one nobody finds what is in the pack, and no git packs
/// or cleans (``PackIndexes``).
package struct PackIndexing: Sendable {
    /// What became of the packs, as paths relative to the repository, in order.
    package struct Report: Hashable, Sendable {
        /// Have an index again.
        package fileprivate(set) var indexed: [String]
        /// Had nothing in them.
        package fileprivate(set) var removed: [String]
        /// Cannot have one, because the pack itself is damaged; they stay as they are.
        package fileprivate(set) var damaged: [String]

        package init(indexed: [String] = [], removed: [String] = [], damaged: [String] = []) {
            self.indexed = indexed
            self.removed = removed
            self.damaged = damaged
        }
    }

    private let repository: String
    private let indexes: PackIndexes
    private let command: GitCommand

    /// - Parameters:
    ///   - repository: the bare repository, an absolute path.
    ///   - spans: where the commands are recorded.
    package init(
        repository: String,
        programs: GitPrograms,
        limits: GitProcessLimits = .maximumForUpkeep,
        spans: Spans = .none
    ) {
        self.repository = repository
        self.indexes = PackIndexes(repositoryAt: repository)
        self.command = GitCommand(programs: programs, limits: limits, spans: spans)
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
            } else if try indexes.isWhole(pack) {
                try await index(pack)
                report.indexed.append(pack)
            } else {
                report.damaged.append(pack)
            }
        }
        return report
    }

    private func index(_ pack: String) async throws {
        let arguments = ["-c", "pack.threads=1", "index-pack", "\(repository)/\(pack)"]
        let outcome = try await command.run(["--git-dir", repository] + arguments)
        guard !outcome.ending.isSuccess else { return }
        let lines = outcome.ending.errors.split(separator: "\n").map(String.init)
        throw RepositoryUpkeep.Failure(command: "index-pack", output: lines)
    }
}
