import Access
import Foundation
import LocalStore
import StateRepo
import TestSupport
import Testing

@testable import Gitplane

@Suite("A failure of the surroundings")
struct CommandFailureTests {
    private let folder = DataFolder(URL(filePath: "/srv/data"))

    private func explain(_ error: any Error) -> CommandFailure? {
        CommandFailure.explaining(error, in: folder) as? CommandFailure
    }

    @Test("is told with its place and reason in one line, through the errors that wrap it")
    func reasons() throws {
        let unreadable = GitError(.other, "list refs", "failed to read descriptor: Is a directory")
        let wrapped = StateError(.unavailable, "the repository cannot be used right now", cause: unreadable)
        let malformed = LocalStoreError(.corrupt, "cannot read the audit log: database disk image is malformed")
        for (error, parts) in [
            (unreadable, ["/srv/data/state.git", "Is a directory", "gitplane doctor"]),
            (wrapped, ["/srv/data/state.git", "Is a directory", "gitplane doctor"]),
            (AccessRefusal.auditUnavailable(malformed), ["/srv/data/local.sqlite", "malformed", "backup"]),
            (AccessError(.setupFile, "cannot write /srv/data/setup-code: Is a directory"), ["/srv/data/setup-code"]),
        ] as [(any Error, [String])] {
            let failure = try #require(explain(error))
            #expect(failure.status == .configuration)
            #expect(failure.lines.count == 1)
            for part in parts { #expect(failure.lines[0].contains(part), "\(failure.lines)") }
        }
    }

    @Test("of a full disk ends with a status of its own")
    func fullDisk() throws {
        let full = GitError(.diskFull, "write", "/srv/data/state.git/x: No space left on device")
        for error in [
            full, StateError(.storageFull, "the disk is full", cause: full), LocalStoreError(.full, "cannot write"),
            AccessRefusal.auditUnavailable(LocalStoreError(.full, "cannot write")),
            AccessError(.setupFile, "cannot write /srv/data/setup-code: No space left on device"),
        ] as [any Error] {
            #expect(try #require(explain(error)).status == .inputOutput, "\(error)")
        }
    }

    @Test("that is a lock of git says that another try may help")
    func locked() throws {
        let locked = GitError(.locked, "lock branch", "another writer has the lock of refs/heads/main")
        for error in [locked, StateError(.unavailable, "try again", cause: locked)] as [any Error] {
            let failure = try #require(explain(error))
            #expect(failure.status == .unavailable)
            #expect(failure.lines[0].contains("try again when"), "\(failure.lines)")
        }
    }

    @Test("names the file that Foundation could not read")
    func files() async throws {
        try await withTemporaryDirectory { directory in
            let error = try #require(#expect(throws: CocoaError.self) { try Data(contentsOf: directory) })
            let failure = try #require(explain(error))
            #expect(failure.lines.first?.contains(directory.path) == true, "\(failure.lines)")
        }
    }

    @Test("is nothing that a person could not have caused")
    func others() {
        struct Unforeseen: Error {}
        #expect(CommandFailure.explaining(Unforeseen()) is Unforeseen)
        #expect(explain(LocalStoreError(.notConsecutive, "a gap")) == nil)
        #expect(explain(StateError(.agentNotFound, "no agent")) == nil)
    }
}
