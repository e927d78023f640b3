import Documents
import Foundation
import TestSupport
import Testing

@Suite("A server that is killed between a connection's secret and its document")
struct ConnectionFaultTests {
    /// What is cut off.
    enum Write: CaseIterable, Sendable {
        case connect
        case reconnect
        case disconnect
    }

    private static let ends = CutOff.each(of: Write.allCases)

    /// How many operations of a repair there are up to the one that puts the secrets file in place.
    private static let repairOperations = 9

    /// A write that was cut off.
    private struct Round {
        let write: Write
        let number: Int
        let operation: Int
        let before: Pair
        /// `nil` when the server went away before it.
        let answer: HTTPAnswer?
    }

    private struct Tally {
        var rounds = 0
        /// Pairs of which one half was new.
        var torn = 0
        var repaired = 0
        /// Repairs that were to be cut off, and those that were.
        var tried = 0
        var cutOff = 0
    }

    @Test(
        "has both of one write or of the other afterwards, and says when it put that right",
        arguments: ends
    )
    func sweep(end: CutOff<Write>) async throws {
        try await FaultyFolder.with(powerCuts: end.cutsPower) { folder in
            let write = end.act
            var server = try folder.start()
            var tally = Tally()
            // Until the write has come to its end before the operation did.
            for operation in stride(from: 1, through: .max, by: FaultyFolder.step ?? 8) {
                let number = tally.rounds
                try Self.prepare(write, server, round: number)
                let before = try Pair(server)
                let (isMet, answer) = folder.send(endingAt: operation) { try Self.send(write, server, round: number) }
                guard isMet else {
                    #expect(answer?.isSuccess == true, "\(String(describing: answer))")
                    break
                }
                tally.rounds += 1
                try folder.crash(server)
                let round = Round(write: write, number: number, operation: operation, before: before, answer: answer)
                server = try Self.check(round, folder, &tally)
            }
            #expect(tally.torn > 0 && tally.repaired >= tally.torn, "\(tally.rounds) rounds")
            #expect(tally.cutOff > 0)
            print(
                "connections: \(end), ended \(tally.rounds) times, \(tally.torn) of them in between,"
                    + " \(tally.repaired) repairs, \(tally.cutOff) settled after another kill"
            )
            try server.stop()
        }
    }

    /// Looks at what a killed server has left, and at what the next ones make of it; the first is killed in its repair.
    ///
    /// - Returns: the last, which runs.
    private static func check(
        _ round: Round,
        _ folder: FaultyFolder,
        _ tally: inout Tally
    ) throws -> ServerProcess {
        // Opened by age itself, before a start can mend anything.
        let left = try Pair.Secrets(folder.url)
        let examined = try CommandRun.gitplane("doctor", "--data-dir", folder.url.path, near: folder.url)
        let isTold = examined.lines("start").contains { $0.contains("those of providers/codex were written") }
        // That of an earlier write, which is in the file until the next one, is settled.
        let isPending = left.intent != nil && left.intent != round.before.secrets.intent
        let isCutOff = try isPending ? cutsRepairOff(of: left, folder, &tally) : false
        let server = try folder.start()
        let after = try Pair(server)
        let place = Comment("\(round.write), operation \(round.operation): \(round.before), \(left), \(after)")
        #expect(after.secrets.key == after.document, place)
        let isOld = after.document == round.before.document
        #expect(isOld || after.document == Pair.wanted(round.write, round: round.number), place)
        #expect(round.answer == nil || !isOld, place)
        #expect(after.secrets.intent == nil, place)
        let isRepaired = try server.client.condition("SecretsRepaired")?["status"] == "True"
        tally.torn += isOld && left.key != round.before.document ? 1 : 0
        // The one that said so is gone when it was to be killed and had come to the end of its repair.
        let isSaid = isCutOff || !isPending
        #expect(!isSaid || isRepaired == (isOld && isPending), place)
        // What the journal alone has came to its end too; where a power cut has emptied main, nobody knows before a start.
        let isMainLost = examined.text.contains("refs/heads/main: invalid sha1 pointer")
        #expect(isRepaired ? isTold : !isTold || isPending || isMainLost, "\(place): \(examined.text)")
        tally.repaired += isOld && isPending ? 1 : 0
        let verified = try CommandRun(
            ["secrets", "verify", "--server", "http://127.0.0.1:\(server.client.port)"],
            environment: ["PATH": "/usr/bin:/bin", "GITPLANE_TOKEN": server.client.token],
            in: folder.url.path
        )
        #expect(verified.ending == .exited(0) && verified.text.hasPrefix("status\topen"), place)
        return server
    }

    /// Starts a server that is killed in its repair, at another operation each time; the secrets stay as they were.
    ///
    /// - Returns: whether it was; else it was killed when it was ready.
    private static func cutsRepairOff(
        of left: Pair.Secrets,
        _ folder: FaultyFolder,
        _ tally: inout Tally
    ) throws -> Bool {
        // Steps of four come by all nine, and soon to both ends.
        let operation = 1 + tally.tried * 4 % repairOperations
        tally.tried += 1
        folder.points.watch(.secrets)
        defer { folder.points.watch(.everything) }
        folder.points.arm(.init(fault: folder.end, operation: operation))
        defer { folder.points.disarm() }
        do {
            try folder.crash(folder.start())
            return false
        } catch is ServerProcess.StartFailure {
            try folder.disk?.cut()
            tally.cutOff += 1
            #expect(try Pair.Secrets(folder.url) == left, "killed at operation \(operation) of the repair")
            return true
        }
    }

    private static func prepare(_ write: Write, _ server: ServerProcess, round: Int) throws {
        let isConnected = try Pair(server).document != nil
        let answer: HTTPAnswer? =
            switch write {
            case .connect: isConnected ? try server.client.api("DELETE", Pair.path) : nil
            case .reconnect, .disconnect: try put(server, "before-\(round)")
            }
        #expect(answer?.isSuccess != false, "\(String(describing: answer))")
        // Sealed, so that what the write itself does is counted and nothing else.
        #expect(try server.client.api("POST", "state/reconcile").isSuccess)
    }

    private static func send(_ write: Write, _ server: ServerProcess, round: Int) throws -> HTTPAnswer {
        switch write {
        case .connect, .reconnect: try put(server, "after-\(round)")
        case .disconnect: try server.client.api("DELETE", Pair.path)
        }
    }

    private static func put(_ server: ServerProcess, _ name: String) throws -> HTTPAnswer {
        let body = "{\"api_key\": \"\(name)\", \"base_url\": \"https://\(name).example\"}"
        return try server.client.api("PUT", "\(Pair.path)/api-key", body: body)
    }
}

/// What there is of a connection on both sides; a key and its document have the same name.
private struct Pair: Equatable {
    static let path = "providers/codex/connection"

    /// What the secrets file says when `age` opens it.
    struct Secrets: Equatable {
        let key: String?
        /// The request that is under way, or was the last.
        let intent: JSONValue?

        init(_ folder: URL) throws {
            let run = try CommandRun(
                ["-d", "-i", "secrets.key", "secrets.age"],
                of: "/usr/bin/age",
                environment: ["PATH": "/usr/bin:/bin"],
                in: folder.path
            )
            guard run.ending == .exited(0) else { throw ChildProcess.Failure(description: run.text) }
            let content = try JSONValue(parsing: Array(run.text.utf8))
            self.key = content["entries"]?["providers/codex/OPENAI_API_KEY"]?["value"]?.stringValue
            self.intent = content["intents"]?["providers/codex"]
        }
    }

    /// What the document's address is named after; `nil` when there is none.
    let document: String?
    let secrets: Secrets

    init(_ server: ServerProcess) throws {
        let shown = try server.client.api("GET", Self.path).json()
        self.document = shown["base_url"]?.stringValue?.dropFirst("https://".count).split(separator: ".").first.map(
            String.init
        )
        self.secrets = try Secrets(server.folder)
        let hasCredential = shown["credential"] != nil
        #expect(hasCredential == (secrets.key != nil) && hasCredential == (document != nil), "\(shown)")
    }

    static func wanted(_ write: ConnectionFaultTests.Write, round: Int) -> String? {
        switch write {
        case .connect, .reconnect: "after-\(round)"
        case .disconnect: nil
        }
    }
}
