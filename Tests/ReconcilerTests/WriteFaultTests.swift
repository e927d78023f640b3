import Foundation
import LocalStore
import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("A fault after a write is on disk", .timeLimit(.minutes(15)))
struct WriteFaultTests {
    @Test(
        "does not refuse it, and git sees it without anybody asking once that is possible",
        arguments: [false, true]
    )
    func sealing(isBroken: Bool) async throws {
        try await withPublisherScenario { scenario in
            if isBroken {
                let clone = try scenario.fixture.clone("ada")
                try clone.write("state/agents/broken/agent.json", "{")
                try clone.commit()
                try scenario.fixture.git.run("fetch", "--quiet", clone.folder.path, "HEAD:main")
            }
            let server = try await scenario.start()
            #expect(server.publisher.snapshots.latest?.substitutes.isEmpty == !isBroken)
            let old = try scenario.head()
            let files = try scenario.fixture.git.blockLooseObjects()
            let written = try await server.write(recall: 7)
            #expect(written.snapshot.revision != old)
            #expect(server.publisher.snapshots.latest?.revision == written.snapshot.revision)
            #expect(try scenario.head() == old)
            for file in files { try FileManager.default.removeItem(at: file) }
            while try scenario.head() == old { await Task.yield() }
            #expect(try scenario.head() == written.snapshot.revision)
        }
    }

    @Test("is told as a condition until files can be written again")
    func condition() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let files = try scenario.fixture.git.blockLooseObjects()
            // In the place of the file that is written to find out.
            let place = URL(filePath: scenario.fixture.repositoryPath).appending(path: "objects/tmp_obj_gitplane_probe")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
            _ = try await server.write(recall: 7)
            let deadline = ContinuousClock.now + .seconds(120)
            while server.publisher.conditions[.writesFailing] == nil, ContinuousClock.now < deadline {
                try await server.publisher.reconcile(.refMoved)
            }
            #expect(server.publisher.conditions[.writesFailing]?.reason == "StorageUnwritable")
            for file in files + [place] { try FileManager.default.removeItem(at: file) }
            while server.publisher.conditions[.writesFailing] != nil, ContinuousClock.now < deadline {
                try await server.publisher.reconcile(.refMoved)
            }
            #expect(server.publisher.conditions[.writesFailing] == nil)
        }
    }

    @Test("A main that lost commits is told by the pass that gets to its end, and a crash does not bring them back")
    func rewritten() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let other = try #require(try scenario.receive(1).last)
            let lost = try await server.write(recall: 4).snapshot.revision
            try await server.publisher.seal()
            let tree = try scenario.fixture.git.run("rev-parse", "\(other)^{tree}")
            let damage = try ObjectDamage.missing.apply(to: tree, in: scenario.fixture.git)
            try scenario.move(from: lost, to: other)
            await #expect(throws: StateError.self) { try await server.publisher.reconcile(.refMoved) }
            #expect(server.publisher.conditions[.historyRewritten] == nil)
            try damage.putBack()
            let snapshot = try await server.publisher.reconcile(.refMoved)
            #expect(snapshot.revision == other)
            #expect(server.publisher.conditions[.historyRewritten] != nil)
            // What a crash would leave.
            let journal = URL(filePath: scenario.fixture.repositoryPath).appending(path: "gitplane.journal")
            #expect(try Data(contentsOf: journal).isEmpty)
        }
    }

    @Test("A main that lost commits of which nothing is left is told until the next start")
    func gone() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let old = try scenario.head()
            let lost = try await server.write(recall: 4).snapshot.revision
            await server.publisher.close()
            #expect(try server.entry(lost) != nil)
            try scenario.move(from: lost, to: old)
            try scenario.fixture.git.run("repack", "-adq")
            try scenario.fixture.git.run("prune", "--expire=now")
            let next = try await scenario.start()
            let condition = next.publisher.conditions[.historyRewritten]
            #expect(condition?.reason == "CommitsLost")
            #expect(condition?.message.contains("\(lost)") == true)
            let last = try await scenario.start()
            #expect(last.publisher.conditions[.historyRewritten] == nil)
        }
    }

    @Test("A commit that somebody made behind the lock is kept, and told as a condition")
    func displaced() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let other = try #require(try scenario.receive(1).last)
            let files = try scenario.fixture.git.blockLooseObjects()
            let written = try await server.write(recall: 7).snapshot.revision
            #expect(server.publisher.conditions[.historyRewritten] == nil)
            let branch = URL(filePath: "\(scenario.fixture.repositoryPath)/refs/heads/main")
            try Data("\(other)\n".utf8).write(to: branch)
            for file in files { try FileManager.default.removeItem(at: file) }
            while try scenario.head() == other { await Task.yield() }
            #expect(try scenario.head() == written)
            try await server.publisher.reconcile(.refMoved)
            let condition = server.publisher.conditions[.historyRewritten]
            #expect(condition?.reason == "MainReplaced")
            #expect(condition?.message.contains("\(other)") == true)
            #expect(try scenario.fixture.git.run("rev-parse", "refs/gitplane/lost/1") == "\(other)")
        }
    }

    @Test("A lock that somebody left on main is waited for once by all the writes that have gathered")
    func lock() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let lock = URL(filePath: scenario.fixture.repositoryPath).appending(path: "refs/heads/main.lock")
            try Data().write(to: lock)
            let clock = ContinuousClock()
            // How long one waits, on this machine now.
            let alone = await clock.measure {
                _ = await #expect(throws: StateError.self) { try await server.write(recall: 5) }
            }
            let begun = clock.now
            await withTaskGroup(of: Void.self) { group in
                for _ in 1...32 {
                    group.addTask {
                        let error = await #expect(throws: StateError.self) { try await server.write(recall: 5) }
                        #expect(error?.code == .unavailable)
                    }
                }
            }
            // One by one it would be 32 times as long.
            #expect(clock.now - begun < max(alone * 12, .seconds(30)))
            try FileManager.default.removeItem(at: lock)
            let written = try await server.write(recall: 7)
            try await server.publisher.seal()
            #expect(try scenario.head() == written.snapshot.revision)
        }
    }
}
