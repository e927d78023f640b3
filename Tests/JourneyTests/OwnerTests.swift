import Documents
import Foundation
import TestSupport
import Testing

@Suite("The owner of a server")
struct OwnerTests {
    private static let registration = """
        {"email": "ada@example.com", "password": "copper lantern orbit thistle", "setup_code": "CODE"}
        """
    private static let login = """
        {"identifier": "ada", "password": "copper lantern orbit thistle"}
        """

    @Test("registers with the printed code, which ends the token of the first start, and is there after a kill")
    func firstRun() async throws {
        try await withServer { server in
            let file = server.folder.appending(path: "setup-code")
            let code = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .newlines)
            #expect(server.errors.contains(code))
            let body = Self.registration.replacing("CODE", with: code)
            #expect(try server.client.api("POST", "auth/register-owner", body: body).status == 201)
            #expect(!FileManager.default.fileExists(atPath: file.path))
            #expect(!FileManager.default.fileExists(atPath: server.folder.appending(path: "access-token").path))
            #expect(try server.client.api("GET", "agents").status == 401)
            try server.kill()
            let token = String(repeating: "0123456789", count: 4)
            let again = try ServerProcess(dataIn: server.folder, environment: ["CONTROL_PLANE_API_TOKEN": token])
            #expect(!FileManager.default.fileExists(atPath: file.path))
            #expect(try again.client.api("POST", "auth/register-owner", body: body).status == 409)
            #expect(try again.client.api("POST", "auth/login", body: Self.login).status == 200)
            #expect(try again.client.api("GET", "agents").status == 200)
            #expect(try again.stop() == .exited(0))
        }
    }

    @Test("revokes a token, and whoever watches with it is told nothing more")
    func revokedWatch() async throws {
        let master = String(repeating: "0123456789", count: 4)
        try await withServer(environment: ["CONTROL_PLANE_API_TOKEN": master]) { server in
            let request = #"{"name": "watcher", "scopes": ["state:read"]}"#
            let created = try server.client.api("POST", "auth/tokens", body: request)
            try #require(created.status == 201, "\(created.text)")
            let made = try created.json()
            let token = try #require(made["token"]?.stringValue)
            let id = try #require(made["id"]?.stringValue)
            let headers = ["Authorization": "Bearer \(token)"]
            let target = "/api/control-plane/watch"
            try await EventConnection.open(port: Int(server.client.port), target, headers: headers) { connection in
                #expect(connection.status == 200)
                _ = try await connection.next("status")
                #expect(try server.client.api("DELETE", "auth/tokens/\(id)").status == 204)
                let agent = #"{"id": "later", "display_name": "Later"}"#
                #expect(try server.client.api("POST", "agents", body: agent).status == 201)
                #expect(try await connection.next() == nil)
            }
        }
    }
}
