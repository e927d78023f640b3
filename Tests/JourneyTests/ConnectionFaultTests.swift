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

    /// Every how many operations of the write one is tried; `make faults` sets it.
    private static let step = ProcessInfo.processInfo.environment["GITPLANE_FAULTS_STEP"].flatMap { Int($0) } ?? 8

    @Test(
        "has both of one write or of the other afterwards, and says when it put that right",
        arguments: Write.allCases
    )
    func sweep(write: Write) async throws {
        try await withTemporaryDirectory { directory in
            guard let library = try Failpoints.build(into: directory) else { return }
            let folder = directory.appending(path: "data")
            let points = try Failpoints(below: folder, library: library)
            var server = try Self.start(folder, points)
            var (rounds, torn, repaired) = (0, 0, 0)
            // Until the write has come to its end before the operation did.
            for operation in stride(from: 1, through: .max, by: Self.step) {
                try Self.prepare(write, server, round: rounds)
                let before = try Pair(server)
                points.arm(.init(fault: .kill, operation: operation))
                let answer = Self.answer { try Self.send(write, server, round: rounds) }
                guard points.hits > 0 else {
                    #expect(answer?.isSuccess == true)
                    break
                }
                points.disarm()
                rounds += 1
                try server.kill()
                // Opened by age itself, before a start can mend anything.
                let left = try Pair.Secrets(folder)
                let examined = try CommandRun.gitplane("doctor", "--data-dir", folder.path, near: folder)
                let isTold = examined.lines("start").contains { $0.contains("those of providers/codex were written") }
                server = try Self.start(folder, points)
                let after = try Pair(server)
                let place = Comment("\(write), operation \(operation): \(before), \(left), \(after)")
                #expect(after.secrets.key == after.document, place)
                let isOld = after.document == before.document
                #expect(isOld || after.document == Pair.wanted(write, round: rounds - 1), place)
                #expect(answer == nil || !isOld, place)
                #expect(after.secrets.intent == nil, place)
                let isRepaired = try server.client.condition("SecretsRepaired")?["status"] == "True"
                torn += isOld && left.key != before.document ? 1 : 0
                // That of an earlier write, which is in the file until the next one, is settled.
                let isPending = left.intent != nil && left.intent != before.secrets.intent
                #expect(isRepaired == (isOld && isPending), place)
                // What the journal alone has came to its end too.
                #expect(isRepaired ? isTold : !isTold || isPending, "\(place): \(examined.text)")
                repaired += isRepaired ? 1 : 0
                let verified = try CommandRun(
                    ["secrets", "verify", "--server", "http://127.0.0.1:\(server.client.port)"],
                    environment: ["PATH": "/usr/bin:/bin", "GITPLANE_TOKEN": server.client.token],
                    in: directory.path
                )
                #expect(verified.ending == .exited(0) && verified.text.hasPrefix("status\topen"), place)
            }
            #expect(torn > 0 && repaired >= torn, "\(rounds) rounds")
            print("connections: \(write), killed \(rounds) times, \(torn) of them in between, \(repaired) repairs")
            points.disarm()
            try server.stop()
        }
    }

    /// `nil` when the server went away meanwhile.
    private static func answer(_ send: () throws -> HTTPAnswer) -> HTTPAnswer? {
        do { return try send() } catch { return nil }
    }

    private static func start(_ folder: URL, _ points: Failpoints) throws -> ServerProcess {
        let environment = points.environment().merging(["GITPLANE_MAINTENANCE": "off"]) { $1 }
        return try ServerProcess(dataIn: folder, environment: environment)
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
