import API
import Documents
import Foundation
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("GET /state")
struct OverviewTests {
    private static let path = "/api/control-plane/state"
    private static let atlas = "state/agents/atlas/agent.json"

    @Test("A healthy state: what is served, conditions, counts, no findings")
    func healthy() async throws {
        try await withStateServer { server in
            let answer = try await server.client.send(.get, Self.path)
            let body = try answer.json()
            #expect(body["format_version"] == 1)
            #expect(body["branch"] == "main")
            #expect(try body["revision"] == .string(server.git.run("rev-parse", "main")))
            #expect(body["sequence"] == 1)
            #expect(body["diagnostics"] == [])
            #expect(body["counts"]?["agents"] == 1)
            #expect(body["counts"]?["skills"] == 17)
            #expect(body["counts"]?["published_agents"] == 0)
            let ready = body["conditions"]?.arrayValue?.first { $0["type"] == "Ready" }
            #expect(ready?["status"] == "True")
            let tag = answer.headers[.eTag] ?? ""
            #expect(try await server.client.send(.get, Self.path, headers: [.ifNoneMatch: tag]).status == 304)
            try await server.force(["docs/note.md": "x\n"])
            #expect(try await server.client.send(.get, Self.path, headers: [.ifNoneMatch: tag]).status == 200)
        }
    }

    @Test(
        "What came round the gate is told with file, line and the revision that is served instead, until it is repaired"
    )
    func substitutes() async throws {
        try await withStateServer([Self.atlas: "{\"display_name\": \"Atlas\"}\n"]) { server in
            let good = try server.git.run("rev-parse", "main")
            try await server.force([
                Self.atlas: "{\n  \"display_name\": 1\n}\n", "state/agents/new/agent.json": "{",
                "docs/run.sh": "echo\n",
            ])
            let body = try await server.client.send(.get, Self.path).json()
            let findings = body["diagnostics"]?.arrayValue ?? []
            let broken = findings.first { $0["file"] == .string(Self.atlas) }
            #expect(broken?["line"] == 2)
            #expect(broken?["pointer"] == "/display_name")
            #expect(broken?["message"]?.stringValue?.contains("the version of \(good) is served") == true)
            let absent = findings.first { $0["file"] == "state/agents/new/agent.json" }
            #expect(absent?["message"]?.stringValue?.contains("no good version") == true)
            #expect(findings.contains { $0["file"] == "docs/run.sh" && $0["code"] == "layout.unknown_path" })
            let ready = body["conditions"]?.arrayValue?.first { $0["type"] == "Ready" }
            #expect(ready?["status"] == "False")
            #expect(body["counts"]?["agents"] == 1)
            let report = try await server.client.send(.post, "\(Self.path)/validate").json()
            #expect(report["valid"] == false)
            #expect(report["diagnostics"]?.arrayValue == findings)

            let repair: JSONValue = ["display_name": "Atlas again"]
            for id in ["atlas", "new"] {
                let put = try await server.client.send(.put, "/api/control-plane/agents/\(id)", json: repair)
                #expect([200, 201].contains(put.status))
            }
            try await server.force(["docs/run.sh": nil])
            #expect(try await server.client.send(.get, Self.path).json()["diagnostics"] == [])
        }
    }

    @Test("The upkeep of the repository is shown while it goes on, and what came of it")
    func maintenance() async throws {
        try await withStateServer { server in
            let board = try #require(server.services.maintenance)
            let idle = try await server.client.send(.get, Self.path).json()["maintenance"]
            #expect(idle == ["status": "idle"])
            let (began, ended) = (Date(timeIntervalSince1970: 1_000), Date(timeIntervalSince1970: 1_001.5))
            board.begin(.clean, at: began)
            let running = try await server.client.send(.get, Self.path).json()["maintenance"]
            #expect(running?["status"] == "running")
            #expect(running?["task"] == "clean")
            let census = RepositoryCensus(looseObjects: 7, packs: 2)
            board.end(MaintenanceRun(.clean, began: began, ended: ended, result: .failed("no"), census: census))
            let answer = try await server.client.send(.get, Self.path)
            let failed = try answer.json()["maintenance"]?["last_run"]
            #expect(failed?["result"] == "failed")
            #expect(failed?["message"] == "no")
            #expect(failed?["duration_ms"] == 1_500)
            board.end(MaintenanceRun(.pack, began: began, ended: ended, result: .succeeded, census: census))
            let tag = answer.headers[.eTag] ?? ""
            let news = try await server.client.send(.get, Self.path, headers: [.ifNoneMatch: tag])
            #expect(news.status == 200)
            #expect(try news.json()["maintenance"]?["last_run"]?["packs"] == 2)
            let figures = String(decoding: try await server.client.send(.get, "/metrics").body, as: UTF8.self)
            #expect(figures.contains("gitplane_maintenance_runs_total{result=\"failed\"} 1\n"))
            #expect(figures.contains("gitplane_repository_loose_objects 7\n"))
            #expect(figures.contains("gitplane_maintenance_last_success_duration_seconds 1.5\n"))
        }
    }

    @Test("As of an earlier revision there are findings and no conditions")
    func past() async throws {
        try await withStateServer([Self.atlas: "{\"display_name\": \"Atlas\"}\n"]) { server in
            try await server.force([Self.atlas: "{}\n"])
            try await server.force([Self.atlas: "{\"display_name\": \"Atlas\"}\n"])
            let broken = try await server.client.send(.get, "\(Self.path)?at=2").json()
            #expect(broken["sequence"] == 2)
            #expect(broken["conditions"] == nil)
            #expect(broken["omitted"] == ["conditions", "maintenance"])
            #expect(broken["diagnostics"]?.arrayValue?.isEmpty == false)
            #expect(try await server.client.send(.get, "\(Self.path)?at=4").code == "revision.not_found")
            #expect(try await server.client.send(.get, Self.path).json()["diagnostics"] == [])
        }
    }

    @Test("The report is bounded")
    func bounded() async throws {
        let strays = (0...StateReport.maximumDiagnostics).map { ("stray/\($0).txt", "x\n") }
        try await withStateServer([:]) { server in
            try await server.force(Dictionary(uniqueKeysWithValues: strays))
            let body = try await server.client.send(.get, Self.path).json()
            #expect(body["diagnostics"]?.arrayValue?.count == StateReport.maximumDiagnostics)
        }
    }
}
