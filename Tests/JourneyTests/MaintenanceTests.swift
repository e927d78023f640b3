import Documents
import Foundation
import TestSupport
import Testing

@Suite("The upkeep of the repository")
struct MaintenanceTests {
    private static let often = ["GITPLANE_MAINTENANCE": "200ms"]

    @Test("packs what has become many while writes go on, and shows it in the state and the figures")
    func packs() async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "data")
            try prepare(folder)
            let next = try ServerProcess(dataIn: folder, environment: Self.often)
            var written = 0
            try next.wait(for: "a run") {
                written += 1
                #expect(try next.client.describe("atlas", as: "\(written)").isSuccess)
                let run = try next.client.api("GET", "state").json()["maintenance"]?["last_run"]
                return run?["result"]?.stringValue == "succeeded"
            }
            let run = try next.client.api("GET", "state").json()["maintenance"]?["last_run"]
            #expect(run?["task"] == "pack")
            // Writes go on between packing and counting.
            #expect((run?["loose_objects"]?.intValue ?? .max) < 2_000)
            #expect((run?["packs"]?.intValue ?? .max) < 5)
            let figures = try next.client.send("GET", "/metrics").text
            #expect(figures.contains("gitplane_maintenance_runs_total{result=\"succeeded\"} 1\n"))
            #expect(try next.client.condition("MaintenanceFailing") == nil)
            #expect(try next.client.description(of: "atlas") == "\(written)")
            try next.stop()
            try next.git.checkIntegrity()
        }
    }

    @Test("removes what nothing has referred to for weeks, and nothing else, while writes go on")
    func cleans() async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "data")
            let server = try ServerProcess(dataIn: folder, environment: ["GITPLANE_MAINTENANCE": "off"])
            try server.client.createAgent("atlas")
            try server.stop()
            let objects = try MaintenanceObjects(in: server.git, marked: "once")
            #expect(try objects.remaining(in: server.git) == objects.old.union(objects.young))
            let next = try ServerProcess(dataIn: folder, environment: Self.often)
            var revisions: [String] = []
            try next.wait(for: "a run") {
                let answer = try next.client.describe("atlas", as: "\(revisions.count + 1)")
                #expect(answer.isSuccess, "\(answer)")
                revisions.append(answer.headers["x-state-revision"] ?? "none")
                return try next.client.api("GET", "state").json()["maintenance"]?["last_run"] != nil
            }
            let run = try next.client.api("GET", "state").json()["maintenance"]?["last_run"]
            #expect(run?["task"] == "clean")
            #expect(run?["result"] == "succeeded", "\(next.errors)")
            #expect(try objects.remaining(in: next.git) == objects.young)
            let cleaned = try #require(try MaintenanceObjects.cleaned(next.git))
            #expect(cleaned.timeIntervalSinceNow > -3_600)
            #expect(try next.client.description(of: "atlas") == "\(revisions.count)")
            try next.stop()
            let chain = try next.git.run("rev-list", "--first-parent", "main").split(separator: "\n").map(String.init)
            #expect(Set(revisions).subtracting(chain) == [])
            try next.git.checkIntegrity()
        }
    }

    @Test("works, and so does git for clients, where the server may open fewer files than git would be allowed")
    func fewFiles() async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "data")
            try prepare(folder)
            let limited = directory.appending(path: "limited").path
            let script = "#!/bin/sh\nexec prlimit --nofile=512 '\(try ServerProcess.executable())' \"$@\"\n"
            try Data(script.utf8).write(to: URL(filePath: limited))
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: limited)
            let next = try ServerProcess(dataIn: folder, program: limited, environment: Self.often)
            try next.wait(for: "a run") {
                try next.client.api("GET", "state").json()["maintenance"]?["last_run"] != nil
            }
            let run = try next.client.api("GET", "state").json()["maintenance"]?["last_run"]
            #expect(run?["result"] == "succeeded", "\(next.errors)")
            #expect(try next.cloneOverHTTP(named: "clone").run("rev-parse", "HEAD") == next.head())
        }
    }

    @Test("that fails is a condition, and the server goes on")
    func failure() async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "data")
            let server = try prepare(folder)
            // A folder that git does not replace stands where it writes its graph of commits.
            let graph = "\(server.repository)/objects/info/commit-graphs"
            try FileManager.default.createDirectory(
                atPath: "\(server.repository)/objects/info",
                withIntermediateDirectories: true
            )
            try Data().write(to: URL(filePath: graph))
            let next = try ServerProcess(dataIn: folder, environment: Self.often)
            try next.wait(for: "the condition") { try next.client.condition("MaintenanceFailing") != nil }
            let condition = try next.client.condition("MaintenanceFailing")
            #expect(condition?["reason"] == "MaintenanceFailed")
            #expect(condition?["message"]?.stringValue?.contains(folder.path) == false)
            #expect(try next.client.describe("atlas", as: "written").isSuccess)
            #expect(try next.stop() == .exited(0))
        }
    }

    @Test("that fails removes a damaged table of packs, which may be why")
    func damagedTable() async throws {
        try await withTemporaryDirectory { directory in
            let server = try ServerProcess(dataIn: directory.appending(path: "data"), environment: Self.often)
            try server.client.createAgent("atlas")
            #expect(try server.client.api("POST", "state/reconcile").isSuccess)
            try server.client.waitUntilClean()
            try server.git.run("repack", "-a", "-d", "--quiet")
            let table = "\(server.repository)/\(try TableDamage.packs.apply(in: server.git))"
            try scatter(in: server)
            try server.wait(for: "the condition") { try server.client.condition("MaintenanceFailing") != nil }
            try server.wait(for: "the table to go") { !FileManager.default.fileExists(atPath: table) }
            #expect(try server.client.describe("atlas", as: "written").isSuccess)
            #expect(try server.stop() == .exited(0))
            try server.git.checkIntegrity()
        }
    }

    /// Makes a repository with one agent and more loose objects than may stay, and ends its server.
    @discardableResult
    private func prepare(_ folder: URL) throws -> ServerProcess {
        let server = try ServerProcess(dataIn: folder, environment: ["GITPLANE_MAINTENANCE": "off"])
        try server.client.createAgent("atlas")
        #expect(try server.client.api("GET", "state").json()["maintenance"] == nil)
        try scatter(in: server)
        try server.stop()
        return server
    }

    private func scatter(in server: ServerProcess) throws {
        try server.git.scatter(2_100, marked: "once", in: "\(server.folder.path).scattered")
    }
}
