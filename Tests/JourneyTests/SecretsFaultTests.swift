import Documents
import Foundation
import TestSupport
import Testing

@Suite("A server that is killed while the secrets file changes")
struct SecretsFaultTests {
    /// What is cut off.
    enum Act: CaseIterable, Sendable {
        case put
        case rotate
        case addRecipient
    }

    private static let ends = CutOff.each(of: Act.allCases)

    /// Somebody else who may open the file.
    private struct Reader {
        let file: URL
        let recipient: String

        init(in folder: URL) throws {
            file = folder.appending(path: "reader.key")
            let made = try CommandRun(
                ["-o", file.path],
                of: "/usr/bin/age-keygen",
                environment: ["PATH": "/usr/bin:/bin"],
                in: folder.path
            )
            recipient = try #require(made.text.split { $0.isWhitespace }.last.map(String.init), "\(made.text)")
        }
    }

    @Test("opens it with age afterwards, with all that it had, and has what was answered", arguments: ends)
    func sweep(end: CutOff<Act>) async throws {
        try await FaultyFolder.with(powerCuts: end.cutsPower) { folder in
            let reader = try Reader(in: folder.url.deletingLastPathComponent())
            var server = try folder.start()
            var (expected, rounds) = ([String](), 0)
            // Until the act has come to its end before the operation did.
            for operation in stride(from: 1, through: .max, by: FaultyFolder.step ?? 6) {
                try Self.prepare(end.act, server, &expected, reader)
                let before = try Self.identity(folder)
                let name = "CUT_\(operation)"
                let (isMet, answer) = folder.send(endingAt: operation) {
                    try Self.send(end.act, server, name, reader)
                }
                guard isMet else {
                    #expect(answer?.isSuccess == true, "\(String(describing: answer))")
                    break
                }
                rounds += 1
                try folder.crash(server)
                server = try folder.start()
                let place = Comment("\(end), operation \(operation), answered \(answer?.status ?? 0)")
                let isDone = answer?.isSuccess == true
                var names = try Self.names(openedWith: folder.url.appending(path: "secrets.key"), folder, place)
                if end.act == .put {
                    #expect(names.contains(name) || !isDone, place)
                    names.removeAll { $0 == name }
                }
                #expect(names == expected, place)
                #expect(try Self.identity(folder) != before || !(isDone && end.act == .rotate), place)
                if isDone, end.act == .addRecipient {
                    #expect(try Self.names(openedWith: reader.file, folder, place) == expected, place)
                }
                #expect(try server.client.api("POST", "secrets/verify").status == 200, place)
                #expect(try server.client.condition("SecretsTrusted")?["status"] == "True", place)
                let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
                #expect(files.filter { $0.hasPrefix("secrets.") && $0.hasSuffix(".new") } == [], place)
            }
            #expect(rounds > 0)
            print("secrets: \(end), ended \(rounds) times")
            try server.stop()
            let found = try server.examine()
            #expect(found.ending == .exited(0) && found.lines("start").isEmpty, "\(found.text)")
        }
    }

    /// Takes back what the last round has done, and has one secret more than it had.
    private static func prepare(
        _ act: Act,
        _ server: ServerProcess,
        _ expected: inout [String],
        _ reader: Reader
    ) throws {
        for name in try listed(server) where name.hasPrefix("CUT_") {
            #expect(try server.client.api("DELETE", path(name)).isSuccess)
        }
        if act == .addRecipient {
            let answer = try server.client.api("DELETE", "secrets/recipients/\(reader.recipient)")
            #expect(try answer.isSuccess || answer.code() == "secrets.recipients", "\(answer)")
        }
        let name = "KEPT_\(1_000 + expected.count)"
        #expect(try server.client.api("PUT", path(name), body: #"{"value": "x"}"#).status == 201)
        expected.append(name)
    }

    private static func send(
        _ act: Act,
        _ server: ServerProcess,
        _ name: String,
        _ reader: Reader
    ) throws -> HTTPAnswer {
        switch act {
        case .put: try server.client.api("PUT", path(name), body: #"{"value": "y"}"#)
        case .rotate: try server.client.api("POST", "secrets/rotate-identity", body: "{}")
        case .addRecipient:
            try server.client.api("POST", "secrets/recipients", body: "{\"recipient\": \"\(reader.recipient)\"}")
        }
    }

    private static func path(_ name: String) -> String { "system-settings/secrets/\(name)" }

    private static func listed(_ server: ServerProcess) throws -> [String] {
        let list = try server.client.api("GET", "system-settings/secrets?limit=200").json()
        return list["items"]?.arrayValue?.compactMap { $0["key"]?.stringValue } ?? []
    }

    private static func identity(_ folder: FaultyFolder) throws -> String {
        try String(contentsOf: folder.url.appending(path: "secrets.key"), encoding: .utf8)
    }

    /// The secrets of the settings, as age itself reads them, in order.
    private static func names(openedWith identity: URL, _ folder: FaultyFolder, _ place: Comment) throws -> [String] {
        let run = try CommandRun(
            ["-d", "-i", identity.path, "secrets.age"],
            of: "/usr/bin/age",
            environment: ["PATH": "/usr/bin:/bin"],
            in: folder.url.path
        )
        try #require(run.ending == .exited(0), "\(place): \(run.text)")
        let entries = try JSONValue(parsing: Array(run.text.utf8))["entries"]?.objectValue
        return (entries?.keys.map { $0 } ?? []).compactMap { $0.split(separator: "/").last.map(String.init) }
            .filter { $0.hasPrefix("KEPT_") || $0.hasPrefix("CUT_") }.sorted()
    }
}
