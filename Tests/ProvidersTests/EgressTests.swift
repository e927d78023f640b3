import Catalogue
import Foundation
import Providers
import TestSupport
import Testing

@Suite("The way to a vendor")
struct EgressTests {
    private func verify(
        _ values: ConnectionValues,
        _ resolver: FakeResolver,
        _ connector: RecordingConnector,
        policy: AddressPolicy = AddressPolicy(),
        proxy: EgressProxy? = nil
    ) async throws -> VerificationError.Reason? {
        let egress = Egress(policy: policy, proxy: proxy, resolver: resolver, connector: connector)
        return try await reason { _ = try await Verifier(egress: egress).verify(values) }
    }

    private func codex(_ base: String) throws -> ConnectionValues {
        try Entry.values("codex", "api_key", plain: ["OPENAI_BASE_URL": base], secrets: ["OPENAI_API_KEY": "k"])
    }

    private static let models = #"{"data":[],"models":[]}"#

    static let answers: [[String]] = [
        ["169.254.169.254"], ["10.0.0.1"], ["127.0.0.1"], ["::ffff:a9fe:a9fe"], ["64:ff9b::a9fe:a9fe"],
        ["fd00:ec2::254"],
        ["8.8.8.8", "169.254.169.254"], ["8.8.8.8", "10.0.0.1"], ["2606:4700::1111", "::1"], ["0.0.0.0"],
        ["100.64.0.1"],
    ]

    @Test("sends nothing when one address of the host may not be reached", arguments: answers)
    func forbidden(addresses: [String]) async throws {
        let resolver = FakeResolver(["gateway.example": [addresses]])
        let connector = RecordingConnector(200, Self.models)
        #expect(try await verify(codex("https://gateway.example"), resolver, connector) == .addressForbidden)
        #expect(connector.sent.isEmpty)
    }

    @Test("connects to the address that it has checked, whatever the name means a moment later")
    func rebinding() async throws {
        let resolver = FakeResolver(["gateway.example": [["8.8.8.8"], ["169.254.169.254"]]])
        let connector = RecordingConnector(200, Self.models)
        #expect(try await verify(codex("https://gateway.example"), resolver, connector) == nil)
        #expect(resolver.asked == ["gateway.example"])
        #expect(connector.sent.map(\.route) == [.direct(try #require(EndpointAddress("8.8.8.8")))])
        #expect(try await verify(codex("https://gateway.example"), resolver, connector) == .addressForbidden)
        #expect(connector.sent.count == 1)
    }

    @Test("tries the next address when nobody listens at the first, and no more than its share")
    func attempts() async throws {
        let addresses = (1...5).map { "8.8.8.\($0)" }
        let resolver = FakeResolver(["gateway.example": [addresses]])
        let deaf = RecordingConnector { _, _ in throw VerificationError(.connectionFailed) }
        #expect(try await verify(codex("https://gateway.example"), resolver, deaf) == .connectionFailed)
        #expect(deaf.sent.count == Egress.maximumAttempts)
        let second = RecordingConnector { _, route in
            guard case .direct(let address) = route, address.description == "8.8.8.2" else {
                throw VerificationError(.connectionFailed)
            }
            return OutgoingAnswer(status: 200, body: Array(Self.models.utf8))
        }
        #expect(try await verify(codex("https://gateway.example"), resolver, second) == nil)
        #expect(second.sent.count == 2)
        let slow = RecordingConnector { _, _ in throw VerificationError(.timeout) }
        #expect(try await verify(codex("https://gateway.example"), resolver, slow) == .timeout)
        #expect(slow.sent.count == 1)
    }

    @Test("refuses a host with more addresses than it looks at")
    func addressLimit() async throws {
        let many = (0..<Egress.maximumAddresses).map { "8.8.\($0).1" }
        let connector = RecordingConnector(200, Self.models)
        let resolver = FakeResolver(["a.example": [many], "b.example": [many + ["8.8.8.8"]]])
        #expect(try await verify(codex("https://a.example"), resolver, connector) == nil)
        #expect(try await verify(codex("https://b.example"), resolver, connector) == .addressForbidden)
    }

    @Test("says when a host has no address")
    func unresolved() async throws {
        let connector = RecordingConnector()
        #expect(try await verify(codex("https://gone.example"), FakeResolver([:]), connector) == .unresolved)
    }

    @Test("sends a key without TLS only where somebody vouches for the network")
    func plainText() async throws {
        let connector = RecordingConnector(200, Self.models)
        let resolver = FakeResolver(["gateway.example": [["8.8.8.8"]], "inside.example": [["10.1.2.3"]]])
        #expect(try await verify(codex("http://gateway.example"), resolver, connector) == .plainText)
        #expect(connector.sent.isEmpty)
        let policy = AddressPolicy(allowed: [try #require(EgressRange("10.1.0.0/16"))])
        #expect(try await verify(codex("http://inside.example"), resolver, connector, policy: policy) == nil)
    }

    @Test("knows localhost without asking, and reaches it for local connections only")
    func localhost() async throws {
        let resolver = FakeResolver(["localhost": [["8.8.8.8"]], "x.localhost": [["8.8.8.8"]]])
        let connector = RecordingConnector(200, Self.models)
        for host in ["localhost", "x.localhost"] {
            let local = try Entry.values("ollama", "local", plain: ["OLLAMA_BASE_URL": "http://\(host):11434"])
            #expect(try await verify(local, resolver, connector) == nil)
            #expect(try await verify(codex("http://\(host)"), resolver, connector) == .addressForbidden)
        }
        #expect(resolver.asked.isEmpty)
        let home = try #require(EndpointAddress("127.0.0.1"))
        #expect(connector.sent.map(\.route) == [.direct(home), .direct(home)])
    }

    @Test("does not follow where an answer leads", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        let resolver = FakeResolver(["gateway.example": [["8.8.8.8"]]])
        let connector = RecordingConnector(status, "")
        #expect(try await verify(codex("https://gateway.example"), resolver, connector) == .redirected)
        #expect(connector.sent.count == 1)
    }

    @Test("asks a proxy only for the hosts of its list, and resolves nothing then")
    func proxy() async throws {
        let address = try #require(ProxyAddress("http://proxy.example:3128"))
        let hosts = ["Gateway.example", "*.openai.com"].compactMap { HostPattern($0) }
        let proxy = EgressProxy(address, allowedHosts: hosts)
        let connector = RecordingConnector(200, Self.models)
        let resolver = FakeResolver(["other.example": [["8.8.8.8"]]])
        for base in ["https://gateway.example", "https://api.openai.com/v1"] {
            #expect(try await verify(codex(base), resolver, connector, proxy: proxy) == nil)
        }
        #expect(connector.sent.map(\.route) == [.proxy(address), .proxy(address)])
        let refused = ["https://other.example", "https://openai.com", "https://xopenai.com", "https://169.254.169.254"]
        for base in refused {
            #expect(try await verify(codex(base), resolver, connector, proxy: proxy) == .hostNotAllowed)
        }
        #expect(try await verify(codex("http://gateway.example"), resolver, connector, proxy: proxy) == .plainText)
        #expect(connector.sent.count == 2)
        #expect(resolver.asked.isEmpty)
    }

    static let moves: [[String: String]] = [
        ["OPENAI_BASE_URL": "https://evil.example"], ["OPENAI_BASE_URL": "http://api.openai.com"],
        ["OPENAI_BASE_URL": "https://api.openai.com:8443"],
    ]

    @Test("carries a credential nowhere but where it was entered for", arguments: moves)
    func originChanged(plain: [String: String]) async throws {
        let secrets = ConnectionSecrets(values: ["OPENAI_API_KEY": "k"], origin: "https://api.openai.com")
        let connector = RecordingConnector(200, Self.models)
        let resolver = FakeResolver(["evil.example": [["8.8.8.8"]], "api.openai.com": [["8.8.8.8"]]])
        let moved = ConnectionValues(try Entry.connection("codex"), authMode: "api_key", plain: plain, secrets: secrets)
        #expect(try await verify(moved, resolver, connector) == .originChanged)
        #expect(connector.sent.isEmpty)
        let back = ConnectionValues(try Entry.connection("codex"), authMode: "api_key", plain: [:], secrets: secrets)
        #expect(try await verify(back, resolver, connector) == nil)
    }

    @Test("carries no credential that was entered for no origin")
    func withoutOrigin() async throws {
        let secrets = ConnectionSecrets(values: ["OPENAI_API_KEY": "k"], origin: nil)
        let values = ConnectionValues(try Entry.connection("codex"), authMode: "api_key", plain: [:], secrets: secrets)
        let connector = RecordingConnector()
        #expect(try await verify(values, FakeResolver([:]), connector) == .originChanged)
    }

    @Test("binds the region of AWS as part of the host")
    func region() throws {
        let aws = try Entry.connection("aws")
        #expect(
            aws.origin(authMode: "access_key", plain: ["AWS_DEFAULT_REGION": "eu-central-1"])
                == "https://sts.eu-central-1.amazonaws.com"
        )
        #expect(aws.origin(authMode: "access_key", plain: ["AWS_DEFAULT_REGION": "evil.example/#"]) == nil)
        #expect(aws.origin(authMode: "access_key", plain: [:]) == nil)
    }

    @Test("says which value is missing, and which connection nothing proves")
    func incomplete() async throws {
        let connector = RecordingConnector()
        let none = try Entry.values("codex", "api_key")
        #expect(try await verify(none, FakeResolver([:]), connector) == .incomplete)
        let jira = try Entry.values("jira", "api_token", secrets: ["JIRA_API_TOKEN": "t"])
        do {
            _ = try RequestWriter(now: vectorTime).request(try #require(jira.connection.recipe(for: "api_token")), jira)
            Issue.record("a request without user")
        } catch let error as VerificationError {
            #expect(error.fields == ["JIRA_USERNAME"])
        }
        #expect(try await verify(Entry.values("git", "none"), FakeResolver([:]), connector) == .notVerifiable)
        #expect(try await verify(Entry.values("aws", "local_session"), FakeResolver([:]), connector) == .notVerifiable)
    }

    @Test("prints nothing of a secret")
    func redacted() throws {
        let secrets = ConnectionSecrets(values: ["A": "canary"], origin: nil)
        var dumped = ""
        dump(secrets, to: &dumped)
        for text in ["\(secrets)", String(reflecting: secrets), dumped] { #expect(!text.contains("canary")) }
    }
}
