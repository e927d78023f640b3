package import Foundation
package import StateRepo

/// What can be done for the files of a repository.
package enum MaintenanceTask: String, Hashable, Sendable, CaseIterable {
    /// Loose objects and small packs become a larger pack.
    case pack
    /// All packs become one, and what nothing has referred to for two weeks goes away.
    case clean
}

/// When something is to be done for the files of a repository.
package struct MaintenanceRules: Sendable {
    /// More loose objects than this are packed at once.
    package static let maximumLooseObjects = 2_000
    /// More packs than this become fewer at once.
    package static let maximumPacks = 50

    /// How long less than that stays as it is.
    static let packingAge: TimeInterval = 24 * 3_600
    /// How long it is from one cleaning to the next.
    static let cleaningAge: TimeInterval = 7 * 24 * 3_600
    /// How long after a failure the same is tried again.
    static let patience: TimeInterval = 600

    /// When this server began to look; a run before is not remembered.
    private let begun: Date

    package init(begun: Date) { self.begun = begun }

    /// What is due at `now`; `nil` for nothing.
    ///
    /// - Parameters:
    ///   - last: the last run of this server.
    ///   - cleaned: when the repository was cleaned last, by whichever server.
    package func task(
        for census: RepositoryCensus,
        after last: MaintenanceRun?,
        cleaned: Date,
        at now: Date
    ) -> MaintenanceTask? {
        let age = now.timeIntervalSince(last?.ended ?? begun)
        let failed = last.flatMap { $0.hasFailed ? $0.task : nil }
        if failed != nil, age < Self.patience { return nil }
        if now.timeIntervalSince(cleaned) >= Self.cleaningAge { return .clean }
        // What failed may have done its greater part, so that the counts would not call for it again.
        if let failed { return failed }
        if census.looseObjects > Self.maximumLooseObjects || census.packs > Self.maximumPacks { return .pack }
        let hasWork = census.looseObjects > 0 || census.packs > 1
        return hasWork && age >= Self.packingAge ? .pack : nil
    }
}
