import Foundation
import LocalStore
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("What a push leaves behind")
struct PushNoteTests {
    @Test("is a note on its tip that git shows, and the pusher on each commit that it brought")
    func noted() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let old = try scenario.head()
            let commits = try scenario.receive(3)
            let tip = try #require(commits.last)
            let hold = try #require(try await server.admit(tip, onto: old))
            try scenario.move(from: old, to: tip)
            try await server.publisher.conclude(hold, process: .ended)
            let time = Timestamp.text(scenario.clock.now)
            #expect(
                try scenario.note(on: tip)
                    == "Channel: push\nPushed-By: token:3c9f\nAccepted: \(time)\nRequest-Id: r-1\nPrevious: \(old)\n"
            )
            for commit in commits {
                let entry = try #require(try server.entry(commit))
                #expect(entry.pushedBy == "token:3c9f")
                #expect(entry.requestID == "r-1")
                #expect(entry.channel == .push)
                #expect(Timestamp.text(entry.acceptedAt) == time)
            }
            #expect(try server.entry(old)?.pushedBy == nil)
            #expect(try scenario.announcements.announced().isEmpty)
            let committer = try scenario.fixture.git.run("log", "-1", "--format=%ce", "refs/notes/gitplane")
            #expect(committer == scenario.fixture.identity.email)
        }
    }

    @Test("is found again by an index that is made anew from git alone")
    func rebuilt() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            for number in 1...3 {
                let old = try scenario.head()
                let tip = try #require(try scenario.receive(number, from: "clone-\(number)").last)
                scenario.clock.advance(by: 60)
                try #require(try await server.admit(tip, onto: old) != nil)
                try scenario.move(from: old, to: tip)
                try await server.publisher.reconcile()
                _ = try await server.write(recall: number)
            }
            let entries = try server.index.entries(matching: HistoryQuery(upTo: .max, limit: 100))
            #expect(entries.count { $0.pushedBy != nil } == 6)
            let rebuilt = try await scenario.start(index: "rebuilt.sqlite")
            #expect(try rebuilt.index.entries(matching: HistoryQuery(upTo: .max, limit: 100)) == entries)
        }
    }

    @Test("keeps no commit out of the history and no write out of main when it is lost", arguments: [false, true])
    func lost(root: Bool) async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            var tips: [CommitID] = []
            for name in ["ada", "grace", "edsger"] {
                let old = try scenario.head()
                let tip = try #require(try scenario.receive(1, from: name).last)
                try #require(try await server.admit(tip, onto: old) != nil)
                try scenario.move(from: old, to: tip)
                try await server.publisher.reconcile()
                _ = try await server.write(recall: tips.count + 3)
                tips.append(tip)
                guard tips.count == 2 else { continue }
                // As a prune does that began before the notes named it.
                let object = try scenario.fixture.git.run("rev-parse", "refs/notes/gitplane\(root ? "^{tree}" : "")")
                _ = try ObjectDamage.missing.apply(to: object, in: scenario.fixture.git)
                if !root {
                    // git takes no push while there is such a ref.
                    #expect(throws: Git.Failure.self) { try scenario.receive(1, from: "alan") }
                    try await server.publisher.reconcile(.periodicScan)
                }
            }
            #expect(try tips.allSatisfy { try server.entry($0)?.pushedBy == "token:3c9f" })
            #expect(try scenario.note(on: tips[2]).contains("Pushed-By: token:3c9f\n"))
            #expect(try scenario.announcements.announced().isEmpty)
            let rebuilt = try await scenario.start(index: "rebuilt.sqlite")
            #expect(try tips.map { try rebuilt.entry($0)?.pushedBy } == [nil, nil, "token:3c9f"])
        }
    }

    @Test("is completed at the next start when a crash came between the movement of the ref and the note")
    func completed() async throws {
        try await withPublisherScenario { scenario in
            let crashed = try await scenario.start()
            let old = try scenario.head()
            let commits = try scenario.receive(2)
            let tip = try #require(commits.last)
            _ = try await crashed.admit(tip, onto: old)
            try scenario.move(from: old, to: tip)
            let next = try await scenario.start()
            #expect(try scenario.note(on: tip).contains("Pushed-By: token:3c9f\n"))
            #expect(try commits.map { try next.entry($0)?.pushedBy } == ["token:3c9f", "token:3c9f"])
            #expect(try scenario.announcements.announced().isEmpty)
        }
    }

    @Test("is nothing when the push failed after all")
    func withdrawn() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let old = try scenario.head()
            let tip = try #require(try scenario.receive(1).last)
            let hold = try #require(try await server.admit(tip, onto: old))
            try await server.publisher.conclude(hold, process: .ended)
            #expect(try scenario.announcements.announced().isEmpty)
            #expect(try scenario.fixture.git.run("for-each-ref", "refs/notes") == "")
        }
    }

    @Test("is forgotten after an hour when nobody saw the push end", arguments: [3_600, 3_601])
    func expired(age: TimeInterval) async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let old = try scenario.head()
            let tip = try #require(try scenario.receive(1).last)
            let hold = try #require(try await server.admit(tip, onto: old))
            try await server.publisher.conclude(hold, process: .unknown)
            scenario.clock.advance(by: age)
            _ = try await scenario.start()
            #expect(try scenario.announcements.announced().count == (age > 3_600 ? 0 : 1))
        }
    }

    @Test("is found in whatever fan-out git gives the notes")
    func fanOut() async throws {
        try await withPublisherScenario { scenario in
            let old = try scenario.head()
            let tip = try #require(try scenario.receive(1).last)
            try scenario.move(from: old, to: tip)
            let note = PushNote(previous: old, pushedBy: "local:ada", acceptedAt: scenario.clock.now, requestID: nil)
            try scenario.fixture.git.run("notes", "--ref=gitplane", "add", "-m", note.text, tip.description)
            let server = try await scenario.start()
            #expect(try server.entry(tip)?.pushedBy == "local:ada")
        }
    }

    @Test(
        "is not believed when it says too little",
        arguments: ["", "Pushed-By: token:1", "Channel: push\nPushed-By: token:1\nAccepted: 2026-01-01T00:00:00Z\n"]
    )
    func malformed(text: String) {
        #expect(PushNote(parsing: Array(text.utf8)) == nil)
    }

    @Test("is read up to 8 KiB, and not when it is a byte longer", arguments: [0, 1])
    func size(excess: Int) async throws {
        try await withPublisherScenario { scenario in
            let old = try scenario.head()
            let tip = try #require(try scenario.receive(1).last)
            try scenario.move(from: old, to: tip)
            let note = PushNote(previous: old, pushedBy: "local:ada", acceptedAt: scenario.clock.now, requestID: nil)
            let text = Array(note.text.utf8)
            let padding = Array(repeating: UInt8(ascii: "x"), count: PushNote.maximumSize - text.count + excess)
            let git = scenario.fixture.git
            let blob = try git.run("hash-object", "-w", "--stdin", input: text + padding)
            try git.run("notes", "--ref=gitplane", "add", "-C", blob, tip.description)
            let server = try await scenario.start()
            #expect(try server.entry(tip)?.pushedBy == (excess == 0 ? "local:ada" : nil))
        }
    }
}
