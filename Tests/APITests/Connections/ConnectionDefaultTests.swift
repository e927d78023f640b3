import API
import Catalogue
import Documents
import Foundation
import HTTPTypes
import Providers
import Secrets
import StateRepo
import TestSupport
import Testing

@Suite("Default connections over HTTP", .timeLimit(.minutes(15)))
struct ConnectionDefaultTests {
    private static let path = "/api/control-plane/connections"
    private static let jira = "\(path)/defaults/jira"
    private static let fields: JSONValue = [
        "JIRA_URL": "https://site.atlassian.net", "JIRA_USERNAME": "ada@example.com", "JIRA_API_TOKEN": "canary",
    ]

    private static func kept(_ server: StateServer) async throws -> [String: String] {
        try await server.credentials.secrets(of: .connectionDefault(#require(ConnectionKey("jira")))).values
    }

    @Test("Secret fields go to the secrets, the rest to the state")
    func put() async throws {
        try await withStateServer([:]) { server in
            let answer = try await server.client.send(
                .put,
                Self.jira,
                json: ["auth_mode": "api_token", "fields": Self.fields]
            )
            #expect(answer.status == 201)
            #expect(!answer.text.contains("canary"))
            let body = try answer.json()
            #expect(body["status"] == "configured")
            #expect(body["fields"] == ["JIRA_URL": "https://site.atlassian.net", "JIRA_USERNAME": "ada@example.com"])
            #expect(body["secrets"]?.arrayValue?.first?["name"] == "JIRA_API_TOKEN")
            #expect(try !server.git.run("log", "-p", "main").contains("canary"))
            #expect(try await Self.kept(server) == ["JIRA_API_TOKEN": "canary"])
            let list = try await server.client.send(.get, "\(Self.path)/defaults")
            #expect(try list.json()["items"]?.arrayValue?.count == 1)
            let read = try await server.client.send(.get, Self.jira)
            #expect(try read.json()["etag"] == body["etag"])
        }
    }

    @Test("No field of the catalogue is a variable that decides what a program does")
    func names() throws {
        let catalogue = try StateFixture.rules().catalogue
        let fields =
            catalogue.providers.flatMap(\.connection.fields) + catalogue.integrations.flatMap(\.connection.fields)
        #expect(fields.count > 50)
        #expect(fields.map(\.name).filter { SecretName($0)?.decidesWhatRuns ?? true } == [])
    }

    @Test("A line break or another control character is no part of a user, a password or any other line")
    func controls() async throws {
        try await withStateServer([:]) { server in
            for (name, value) in [
                ("JIRA_USERNAME", "ada@example.com\r\nX-Evil: 1"), ("JIRA_API_TOKEN", "canary\n"),
                ("JIRA_API_TOKEN", "a\u{7f}"),
            ] {
                var fields = Self.fields.objectValue ?? [:]
                fields[name] = .string(value)
                let answer = try await server.client.send(.put, Self.jira, json: ["fields": .object(fields)])
                #expect(answer.status == 422)
                #expect(try answer.json()["details"]?.arrayValue?.first?["pointer"] == .string("/fields/\(name)"))
            }
            let key = "{\n  \"type\": \"service_account\"\n}\n"
            let fields: JSONValue = ["GWS_SERVICE_ACCOUNT_KEY": .string(key)]
            let gws = "\(Self.path)/defaults/gws"
            let answer = try await server.client.send(
                .put,
                gws,
                json: ["auth_mode": "service_account_key", "fields": fields]
            )
            #expect(answer.status == 201, "\(answer.text)")
        }
    }

    @Test("What is left out stays, null removes, and a required field that is missing is named")
    func partial() async throws {
        try await withStateServer([:]) { server in
            let empty = try await server.client.send(.put, Self.jira, json: [:])
            let pointers = try empty.json()["details"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue }
            #expect(pointers == ["/fields/JIRA_URL", "/fields/JIRA_USERNAME", "/fields/JIRA_API_TOKEN"])
            _ = try await server.client.send(.put, Self.jira, json: ["fields": Self.fields])
            let name = try await server.client.send(
                .put,
                Self.jira,
                json: ["fields": ["JIRA_USERNAME": "eve@example.com"]]
            )
            #expect(name.status == 200)
            #expect(try name.json()["fields"]?["JIRA_URL"] == "https://site.atlassian.net")
            #expect(try await Self.kept(server) == ["JIRA_API_TOKEN": "canary"])
            let removed = try await server.client.send(.put, Self.jira, json: ["fields": ["JIRA_API_TOKEN": nil]])
            #expect(removed.code == "request.invalid")
            #expect(try await Self.kept(server) == ["JIRA_API_TOKEN": "canary"])
        }
    }

    static let refusedBodies: [JSONValue] = [
        ["auth_mode": "oauth"], ["fields": ["JIRA_URI": "x"]], ["fields": ["JIRA_URL": "https://a@site.example"]],
        ["fields": ["JIRA_URL": "https://2852039166"]], ["fields": ["JIRA_URL": 7]], ["other": 1],
        ["fields": ["JIRA_URL": "site.atlassian.net"]],
    ]

    @Test(
        "Unknown modes and fields, and addresses that could be read differently, are refused",
        arguments: refusedBodies
    )
    func refused(change: JSONValue) async throws {
        try await withStateServer([:]) { server in
            var body = change.objectValue ?? [:]
            var fields = Self.fields.objectValue ?? [:]
            for member in body["fields"]?.objectValue ?? [:] { fields[member.key] = member.value }
            body["fields"] = .object(fields)
            let answer = try await server.client.send(.put, Self.jira, json: .object(body))
            #expect(answer.code == "request.invalid")
            #expect(try await Self.kept(server).isEmpty)
        }
    }

    @Test("A credential stays with the address that it was entered for")
    func origin() async throws {
        try await FakeProvider.run { _ in
            .status(200, #"{"accountId":"1","displayName":"Ada"}"#)
        } _: { provider, port in
            try await withStateServer([:]) { server in
                let url = JSONValue.string("http://127.0.0.1:\(port)")
                _ = try await server.client.send(.put, Self.jira, json: ["fields": Self.fields])
                let moved = try await server.client.send(.put, Self.jira, json: ["fields": ["JIRA_URL": url]])
                #expect(moved.status == 200)
                #expect(try await server.client.send(.post, "\(Self.jira)/verify").code == "connection.origin_changed")
                #expect(provider.received.isEmpty)
                let entered: JSONValue = ["fields": ["JIRA_API_TOKEN": "canary"]]
                #expect(try await server.client.send(.put, Self.jira, json: entered).status == 200)
                let proof = try await server.client.send(.post, "\(Self.jira)/verify")
                #expect(try proof.json()["account"] == "Ada")
                #expect(provider.received.count == 1)
            }
        }
    }

    @Test("What a vendor says is not told when the credential is in it, as it was sent or coded")
    func echo() async throws {
        let (canary, user) = ("canary-0123456789", "ada@example.com")
        let coded = Data("\(user):\(canary)".utf8).base64EncodedString()
        for name in ["Ada with \(canary)", canary.uppercased(), "Basic \(coded)"] {
            try await FakeProvider.run { _ in
                .status(200, #"{"accountId":"1","displayName":"\#(name)"}"#)
            } _: { _, port in
                try await withStateServer([:]) { server in
                    let fields: JSONValue = [
                        "JIRA_URL": .string("http://127.0.0.1:\(port)"), "JIRA_USERNAME": .string(user),
                        "JIRA_API_TOKEN": .string(canary),
                    ]
                    #expect(try await server.client.send(.put, Self.jira, json: ["fields": fields]).status == 201)
                    let proof = try await server.client.send(.post, "\(Self.jira)/verify")
                    #expect(try proof.status == 200 && proof.json()["account"] == nil)
                }
            }
        }
    }

    @Test("What cannot be verified, is not connected or does not exist says so")
    func failures() async throws {
        try await withStateServer([:]) { server in
            let client = server.client
            #expect(try await client.send(.post, "\(Self.jira)/verify").code == "connection.not_configured")
            #expect(try await client.send(.get, Self.jira).code == "connection.not_found")
            #expect(try await client.send(.delete, Self.jira).code == "connection.not_found")
            #expect(try await client.send(.get, "\(Self.path)/defaults/jria").code == "connection.not_found")
            #expect(
                try await client.send(.post, "\(Self.path)/defaults/git/verify").code == "connection.not_verifiable"
            )
            _ = try await client.send(.put, Self.jira, json: ["fields": Self.fields])
            #expect(try await client.send(.delete, Self.jira).status == 204)
            #expect(try await Self.kept(server).isEmpty)
        }
    }

    @Test("The catalogue lists providers and integrations together, by key, filtered and in pages")
    func catalog() async throws {
        try await withStateServer([:]) { server in
            let catalogue = try StateFixture.rules().catalogue
            var keys: [String] = []
            var cursor = ""
            repeat {
                let page = try await server.client.send(.get, "\(Self.path)/catalog?limit=20\(cursor)").json()
                keys += (page["items"]?.arrayValue ?? []).compactMap { $0["key"]?.stringValue }
                cursor = page["next_cursor"]?.stringValue.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(keys == (catalogue.providers.map(\.id) + catalogue.integrations.map(\.id)).sorted())
            let providers = try await server.client.send(.get, "\(Self.path)/catalog?kind=provider").json()
            #expect(providers["items"]?.arrayValue?.count == 13)
            let found = try await server.client.send(
                .get,
                "\(Self.path)/catalog?kind=integration&category=productivity&q=JIRA"
            )
            let matches = try found.json()["items"]?.arrayValue?.compactMap { $0["key"]?.stringValue }
            #expect(matches == ["atlassian", "jira"])
            #expect(
                try await server.client.send(.get, "\(Self.path)/catalog?kind=tool").code == "request.invalid_parameter"
            )
        }
    }

    @Test("A check leaves its mark in the health of the integration")
    func health() async throws {
        let path = "/api/control-plane/integrations/jira/health"
        try await FakeProvider.run { _ in
            .status(401)
        } _: { _, port in
            try await withStateServer([:]) { server in
                #expect(try await server.client.send(.get, path).json() == ["status": "unknown", "snapshots": []])
                var fields = Self.fields.objectValue ?? [:]
                fields["JIRA_URL"] = .string("http://127.0.0.1:\(port)")
                _ = try await server.client.send(.put, Self.jira, json: ["fields": .object(fields)])
                #expect(
                    try await server.client.send(.post, "\(Self.jira)/verify").code == "connection.credential_invalid"
                )
                let health = try await server.client.send(.get, path).json()
                #expect(health["status"] == "failing")
                #expect(health["snapshots"]?.arrayValue?.first?["error"] == "credential_rejected")
                #expect(health["snapshots"]?.arrayValue?.first?["http_status"] == 401)
                let unknown = "/api/control-plane/integrations/jria/health"
                #expect(try await server.client.send(.get, unknown).code == "integration.not_found")
            }
        }
    }

    @Test("The monitor checks what is connected and tells of it by a condition")
    func monitor() async throws {
        try await FakeProvider.run { _ in
            .status(401)
        } _: { provider, port in
            try await withStateServer([:]) { server in
                var fields = Self.fields.objectValue ?? [:]
                fields["JIRA_URL"] = .string("http://127.0.0.1:\(port)")
                _ = try await server.client.send(.put, Self.jira, json: ["fields": .object(fields)])
                try await server.checkHealth()
                #expect(provider.received.count == 1)
                let state = try await server.client.send(.get, "/api/control-plane/state").json()
                let condition = state["conditions"]?.arrayValue?.first { $0["type"] == "ConnectionsHealthy" }
                #expect(condition?["status"] == "False")
                #expect(condition?["message"] == "failing: connections/defaults/jira")
                let off: JSONValue = ["health": ["enabled": false]]
                _ = try await server.client.send(.patch, "/api/control-plane/system-settings", json: off)
                try await server.checkHealth()
                #expect(provider.received.count == 1)
            }
        }
    }
}
