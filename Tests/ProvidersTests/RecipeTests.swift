import Catalogue
import Documents
import Foundation
import Providers
import StateRepo
import TestSupport
import Testing

@Suite("The recipes of the catalogue")
struct RecipeTests {
    private static let vendor = "8.8.8.8"

    /// A verifier whose vendors are all at one address of the internet, and which connects to nobody.
    private func verifier(_ connector: RecordingConnector, _ endpoint: Endpoint) -> Verifier {
        let resolver = FakeResolver([endpoint.origin.host: [[Self.vendor]]])
        return Verifier(
            egress: Egress(policy: AddressPolicy(), resolver: resolver, connector: connector),
            now: { vectorTime }
        )
    }

    @Test(
        "send what the vendor asks for, and read what it answers",
        arguments: RecipeCase.providers + RecipeCase.integrations
    )
    func recipe(expected: RecipeCase) async throws { try await check(expected) }

    @Test("exchange an assertion with Google")
    func google() async throws {
        let sent = try await check(try RecipeCase.google())
        let body = String(decoding: sent.body, as: UTF8.self)
        #expect(body.hasPrefix("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"))
    }

    @discardableResult
    private func check(_ expected: RecipeCase) async throws -> OutgoingRequest {
        let values = try Entry.values(
            expected.id,
            expected.mode,
            plain: expected.plain,
            secrets: expected.secrets
        )
        let endpoint = try #require(Endpoint(expected.address))
        let connector = RecordingConnector(200, expected.success)
        let proof = try await verifier(connector, endpoint).verify(values)
        #expect(proof.models == expected.models)
        #expect(proof.account == expected.account)
        #expect(proof.checkedAt == vectorTime)
        let sent = try #require(connector.sent.first).request
        #expect(connector.sent.count == 1)
        #expect(sent.method == expected.method)
        #expect(sent.endpoint.text == expected.address)
        let headers = Dictionary(sent.headers.map { ($0.name, $0.value) }) { first, _ in first + " twice" }
        for (name, value) in expected.headers { #expect(headers[name] == value) }
        #expect(headers["user-agent"] == "gitplane")
        #expect(headers["accept-encoding"] == "identity")
        if expected.id != "gws" { #expect(String(decoding: sent.body, as: UTF8.self) == expected.body) }
        let rejecting = RecordingConnector(expected.rejection.status, expected.rejection.body)
        let rejected = try await reason { _ = try await verifier(rejecting, endpoint).verify(values) }
        #expect(rejected == .rejected)
        for status in [429, 500, 503, 418] {
            let failing = RecordingConnector(status, "{}")
            #expect(try await reason { _ = try await verifier(failing, endpoint).verify(values) } == .unexpectedAnswer)
        }
        let garbling = RecordingConnector(200, "<html>")
        #expect(try await reason { _ = try await verifier(garbling, endpoint).verify(values) } == .unexpectedAnswer)
        return sent
    }

    @Test("have a case here, each of them, and belong to every entry that can be verified")
    func complete() throws {
        let catalogue = try StateFixture.rules().catalogue
        let cases = Set(
            (RecipeCase.providers + RecipeCase.integrations).map { "\($0.id) \($0.mode)" } + ["gws service_account_key"]
        )
        let entries =
            catalogue.providers.map { ($0.id, $0.connection, $0.entry) }
            + catalogue.integrations.map { ($0.id, $0.connection, $0.entry) }
        for (id, connection, entry) in entries {
            #expect(connection.recipes.isEmpty == (entry["verifiable"] != true), "\(id)")
            for recipe in connection.recipes {
                for mode in recipe.authModes { #expect(cases.contains("\(id) \(mode)")) }
            }
        }
        #expect(catalogue.providers.allSatisfy { !$0.connection.recipes.isEmpty })
    }

    @Test("go to the address that the vendor's own libraries use")
    func defaultAddresses() throws {
        let providers = try StateFixture.rules().catalogue.providers
        for provider in providers where provider.id != "ollama" {
            let origin = provider.connection.origin(authMode: "api_key", plain: [:])
            let base = try #require(provider.defaultBaseURL.flatMap(Endpoint.init))
            #expect(origin == base.origin.text)
        }
    }

    @Test(
        "take the address that a connection names",
        arguments: ["https://gateway.example/v1", "https://gateway.example/v1/"]
    )
    func ownAddress(base: String) async throws {
        let values = try Entry.values(
            "codex",
            "api_key",
            plain: ["OPENAI_BASE_URL": base],
            secrets: ["OPENAI_API_KEY": "k"]
        )
        let connector = RecordingConnector(200, #"{"data":[]}"#)
        let endpoint = try #require(Endpoint("https://gateway.example/v1/models"))
        _ = try await verifier(connector, endpoint).verify(values)
        #expect(connector.sent.first?.request.endpoint == endpoint)
        #expect(connector.sent.first?.route == .direct(try #require(EndpointAddress(Self.vendor))))
    }

    static let hostileKeys = [
        "k\r\nhost: evil.example", "k\n", "k\r", "k\0", "k\u{7f}", " k", "k ", "clé", "k\tx", "k\u{85}", "\u{2028}",
    ]

    @Test("send no key that a header cannot carry", arguments: hostileKeys)
    func hostileKey(key: String) async throws {
        for (id, field) in [("codex", "OPENAI_API_KEY"), ("claude", "ANTHROPIC_API_KEY"), ("linear", "LINEAR_API_KEY")]
        {
            let mode = id == "linear" ? "api_token" : "api_key"
            let values = try Entry.values(id, mode, secrets: [field: key])
            let connector = RecordingConnector()
            let endpoint = try #require(Endpoint("https://api.openai.com/"))
            // A bearer token gets a prefix, so that only its end can be a space.
            if key == " k", id == "codex" { continue }
            #expect(try await reason { _ = try await verifier(connector, endpoint).verify(values) } == .malformed)
            #expect(connector.sent.isEmpty)
        }
    }

    static let hostileAddresses = [
        "https://user@api.openai.com", "https://api.openai.com#x", "https://api.openai.com?x=", "https://2852039166",
        "ftp://api.openai.com", "https://api.openai.com\\@evil.example", "https://api.openai.com/\r\nx: y",
        "api.openai.com",
        "https://exa%6dple.com",
    ]

    @Test("go to no address that could be read differently", arguments: hostileAddresses)
    func hostileAddress(base: String) async throws {
        let connection = try Entry.connection("codex")
        let plain = ["OPENAI_BASE_URL": base]
        let secrets = ConnectionSecrets(values: ["OPENAI_API_KEY": "k"], origin: "https://api.openai.com")
        let values = ConnectionValues(connection, authMode: "api_key", plain: plain, secrets: secrets)
        let connector = RecordingConnector()
        let endpoint = try #require(Endpoint("https://api.openai.com/"))
        #expect(try await reason { _ = try await verifier(connector, endpoint).verify(values) } == .addressInvalid)
        #expect(connector.sent.isEmpty)
    }

    @Test("show of models and accounts only what looks like them, and no more than their share")
    func shown() async throws {
        let endpoint = try #require(Endpoint("https://api.openai.com/"))
        let ids = [
            "ok", "", "-x", "a b", "<script>", "a\u{1b}[31m", String(repeating: "a", count: 200),
            String(repeating: "a", count: 201),
        ]
        let items = JSONValue.array(ids.map { ["id": .string($0)] } + ["text", ["id": 7]])
        let values = try Entry.values("codex", "api_key", secrets: ["OPENAI_API_KEY": "k"])
        let connector = RecordingConnector(200, "\(Self.text(["data": items]))")
        let proof = try await verifier(connector, endpoint).verify(values)
        #expect(proof.models == ["ok", String(repeating: "a", count: 200)])
        let many = JSONValue.array((0..<251).map { ["id": .string("m\($0)")] })
        let full = RecordingConnector(200, Self.text(["data": many]))
        #expect(try await verifier(full, endpoint).verify(values).models.count == 250)
        let hub = try Entry.values("huggingface", "api_token", secrets: ["HF_TOKEN": "k"])
        let hubEndpoint = try #require(Endpoint("https://huggingface.co/"))
        for name in ["a\u{1b}[31m", String(repeating: "a", count: 201)] {
            let connector = RecordingConnector(200, Self.text(["name": .string(name)]))
            #expect(try await verifier(connector, hubEndpoint).verify(hub).account == nil)
        }
    }

    private static func text(_ value: JSONValue) -> String {
        var bytes: [UInt8] = []
        value.write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
