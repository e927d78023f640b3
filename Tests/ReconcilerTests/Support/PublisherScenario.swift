import Documents
import Foundation
import LocalStore
import Logging
import Reconciler
import StateRepo
import TestSupport
import Testing

/// A publisher over the repository of a fixture, with the files that it has in a data folder.
struct PublisherScenario {
    let fixture: RepositoryFixture
    let clock = ManualClock()
    let announcements: AnnouncedPushes
    private let database: LocalDatabase

    static let pusher = Principal(
        identity: .token("3c9f"),
        name: "Ada",
        email: "ada@example.com",
        scopes: Set(Scope.allCases)
    )

    init(_ fixture: RepositoryFixture) throws {
        self.fixture = fixture
        self.database = try LocalDatabase(path: fixture.directory.appending(path: "local.sqlite").path)
        self.announcements = AnnouncedPushes(database: database)
    }

    /// What a start makes of the data folder; `index` is the name of the index's file.
    ///
    /// - Parameter waking: called whenever the time is asked for, with what is published.
    func start(
        index: String = "index.sqlite",
        announcements: (any PushAnnouncing)? = nil,
        holdLimit: Duration = .seconds(600),
        waking: @escaping @Sendable (StateSnapshot?) -> Void = { _ in }
    ) async throws -> Started {
        let snapshots = SnapshotStore()
        let index = try HistoryIndex(path: fixture.directory.appending(path: index).path)
        let publisher = try StatePublisher(
            configuration: .init(
                repositoryPath: fixture.repositoryPath,
                rules: fixture.rules,
                identity: fixture.identity,
                announcements: announcements ?? self.announcements,
                holdLimit: holdLimit
            ) { [clock] in
                waking(snapshots.latest)
                return clock.now
            },
            index: index,
            snapshots: snapshots,
            conditions: ConditionBoard(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await publisher.reconcile()
        return Started(publisher: publisher, index: index)
    }

    struct Started {
        let publisher: StatePublisher
        let index: HistoryIndex

        /// Has a push from the head of `main` let through.
        ///
        /// - Returns: `nil` when `main` is elsewhere.
        func admit(_ tip: CommitID, onto old: CommitID, as requestID: String = "r-1") async throws -> PushHold? {
            try await publisher.admit(tip, onto: old, by: PublisherScenario.pusher, requestID: requestID)
        }

        func entry(_ revision: CommitID) throws -> HistoryEntry? { try index.entry(revision) }

        /// Somebody's write of the settings.
        func write(recall: Int, mode: WriteRequest.Mode = .commit) async throws -> WriteOutcome {
            let edit = ResourceEdit(.patchSettings(.merge(["memory": ["max_recall": JSONValue(recall)]])))
            let request = WriteRequest(
                changes: ChangeSet(edit),
                principal: PublisherScenario.pusher,
                requestID: "write",
                mode: mode
            )
            return try await publisher.submit(request)
        }
    }

    /// The head of `main`.
    func head() throws -> CommitID { try #require(CommitID(fixture.git.run("rev-parse", "main"))) }

    /// Commits `count` notes in a clone and brings them into the repository, as git does before it asks the hook.
    ///
    /// - Returns: the commits, oldest first.
    func receive(_ count: Int, from name: String = "ada") throws -> [CommitID] {
        let clone = try fixture.clone(name)
        let commits = try (1...count).map { number in
            try clone.write("docs/\(name)-\(number).md", "\(number)\n")
            return try clone.commit("Note \(number)", as: ["GIT_COMMITTER_DATE": "4000000000 +0000"])
        }
        try fixture.git.run("fetch", "--quiet", clone.folder.path, "HEAD")
        return commits
    }

    /// Moves `main`, as git does once the hook has agreed.
    func move(from old: CommitID, to tip: CommitID) throws {
        try fixture.git.run("update-ref", "refs/heads/main", tip.description, old.description)
    }

    /// The note that git shows on a commit.
    func note(on commit: CommitID) throws -> String {
        try fixture.git.run("log", "-1", "--notes=gitplane", "--format=%N", commit.description)
    }
}

/// Runs `body` with a fresh scenario; afterwards git must find nothing wrong with the repository.
func withPublisherScenario(_ body: (PublisherScenario) async throws -> Void) async throws {
    try await withRepositoryFixture { fixture in
        try await body(PublisherScenario(fixture))
        try fixture.git.run("fsck", "--strict", "--no-dangling")
    }
}
