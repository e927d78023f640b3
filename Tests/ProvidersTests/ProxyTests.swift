import NIOPosix
import Providers
import StateRepo
import TestSupport
import Testing

@Suite("The proxy for requests to vendors", .timeLimit(.minutes(15)))
struct ProxyTests {
    private static let models = #"{"data":[{"id":"m-1"}],"models":[]}"#

    /// A verifier that may ask the proxy for `vendor.example` and trusts `trusted`.
    private func verifier(
        _ proxy: String,
        trusting trusted: TestCertificates.Pair = TestCertificates.vendor
    ) throws -> Verifier {
        let address = try #require(ProxyAddress(proxy))
        let egress = Egress(
            policy: AddressPolicy(),
            proxy: EgressProxy(address, allowedHosts: [try #require(HostPattern("vendor.example"))]),
            resolver: FakeResolver([:]),
            connector: PinnedConnector(
                eventLoops: MultiThreadedEventLoopGroup.singleton,
                trustRoots: try trusted.trustRoots
            )
        )
        return Verifier(egress: egress)
    }

    private func codex(_ base: String = "https://vendor.example/v1") throws -> ConnectionValues {
        try Entry.values("codex", "api_key", plain: ["OPENAI_BASE_URL": base], secrets: ["OPENAI_API_KEY": "k-1"])
    }

    @Test("is asked for a tunnel, with its password, and sees nothing of the request")
    func tunnel() async throws {
        try await FakeProxy.run(.tunnel(TestCertificates.vendor, body: Self.models)) { proxy, port in
            let proof = try await verifier("http://us%40er:p%3A%2Fw@127.0.0.1:\(port)").verify(codex())
            #expect(proof.models == ["m-1"])
            #expect(proxy.received.map(\.line) == ["CONNECT vendor.example:443 HTTP/1.1"])
            // printf %s 'us@er:p:/w' | base64
            #expect(proxy.received.first?.headers["proxy-authorization"] == "Basic dXNAZXI6cDovdw==")
            #expect(proxy.received.first?.headers["authorization"] == nil)
            #expect(proxy.tunneled.map(\.line) == ["GET /v1/models HTTP/1.1"])
            #expect(proxy.tunneled.first?.headers["authorization"] == "Bearer k-1")
            #expect(proxy.tunneled.first?.headers["proxy-authorization"] == nil)
        }
    }

    @Test("cannot stand in for the vendor, whose certificate is for another name or trusted by nobody")
    func certificate() async throws {
        let pairs = [
            (shown: TestCertificates.one, trusted: TestCertificates.one),
            (shown: TestCertificates.vendor, trusted: TestCertificates.one),
        ]
        for pair in pairs {
            try await FakeProxy.run(.tunnel(pair.shown, body: Self.models)) { proxy, port in
                let verifier = try verifier("http://127.0.0.1:\(port)", trusting: pair.trusted)
                #expect(try await reason { _ = try await verifier.verify(codex()) } == .connectionFailed)
                #expect(proxy.received.count == 1 && proxy.tunneled.isEmpty)
                #expect(proxy.received.first?.headers["proxy-authorization"] == nil)
            }
        }
    }

    static let refusals: [(FakeProxy.Answer, VerificationError.Reason, Int?)] = [
        (.status(407), .proxyRefused, 407), (.status(403), .proxyRefused, nil), (.status(502), .proxyRefused, nil),
        (.silence, .proxyTimeout, nil), (.hangUp, .connectionFailed, nil),
    ]

    @Test("that makes no tunnel is told apart from the vendor", arguments: refusals)
    func failures(answer: FakeProxy.Answer, expected: VerificationError.Reason, status: Int?) async throws {
        try await FakeProxy.run(answer) { proxy, port in
            let verifier = try verifier("http://user:hidden@127.0.0.1:\(port)")
            let error = await #expect(throws: VerificationError.self) { try await verifier.verify(codex()) }
            #expect(error?.reason == expected)
            #expect(error?.httpStatus == status)
            #expect(!"\(String(describing: error))".contains("hidden"))
            #expect(proxy.received.count == 1 && proxy.tunneled.isEmpty)
        }
    }

    @Test("that does not listen is named")
    func unreachable() async throws {
        let port = try await FakeProxy.run(.silence) { _, port in port }
        let verifier = try verifier("http://127.0.0.1:\(port)")
        #expect(try await reason { _ = try await verifier.verify(codex()) } == .proxyUnreachable)
    }

    @Test("is not asked for other hosts, for anything without TLS, nor for this machine")
    func refused() async throws {
        try await FakeProxy.run(.tunnel(TestCertificates.vendor, body: Self.models)) { proxy, port in
            let verifier = try verifier("http://127.0.0.1:\(port)")
            for (base, expected) in [
                ("https://other.example", VerificationError.Reason.hostNotAllowed),
                ("https://vendor.example.evil.example", .hostNotAllowed), ("https://10.0.0.1", .hostNotAllowed),
                ("https://169.254.169.254", .hostNotAllowed), ("http://vendor.example", .plainText),
                ("http://127.0.0.1:\(port)", .addressForbidden), ("http://localhost:\(port)", .addressForbidden),
            ] {
                #expect(try await reason { _ = try await verifier.verify(codex(base)) } == expected, "\(base)")
            }
            #expect(proxy.received.isEmpty)
        }
    }

    @Test("is not asked for a local connection to this machine, which is reached without it")
    func own() async throws {
        try await FakeProvider.run { _ in
            .status(200, Self.models)
        } _: { provider, port in
            try await FakeProxy.run(.status(403)) { proxy, proxyPort in
                let local = try Entry.values(
                    "ollama",
                    "local",
                    plain: ["OLLAMA_BASE_URL": "http://localhost:\(port)"]
                )
                _ = try await verifier("http://127.0.0.1:\(proxyPort)").verify(local)
                #expect(provider.received.count == 1)
                #expect(proxy.received.isEmpty)
            }
        }
    }
}

@Suite("The address of a proxy and the hosts it may be asked for")
struct ProxyAddressTests {
    @Test(
        "is http with a port, an IPv6 address in brackets",
        arguments: [
            ("http://proxy.example:3128", "http://proxy.example:3128"), ("http://10.0.0.1:80/", "http://10.0.0.1:80"),
            ("http://[::1]:8080", "http://[::1]:8080"), ("http://u:p@Proxy.example:1", "http://proxy.example:1"),
            ("http://u:@proxy.example:1", "http://proxy.example:1"),
        ]
    )
    func address(text: String, description: String) {
        #expect(ProxyAddress(text)?.description == description)
    }

    static let wrongAddresses = [
        "proxy.example:3128", "http://proxy.example", "https://proxy.example:443", "socks5://proxy.example:1080",
        "http://proxy.example:3128/x", "http://proxy.example:3128?x", "http://u@proxy.example:3128",
        "http://:p@proxy.example:3128", "http://u%3Av:p@proxy.example:3128", "http://u:p%0d%0ax@proxy.example:3128",
        "http://u:p%zz@proxy.example:3128", "http://proxy.example:0", "http://proxy.example:65536", "http://:3128",
        "http://u:p@:3128", "http://pro xy:3128", "",
    ]

    @Test("is nothing else", arguments: wrongAddresses)
    func wrong(text: String) { #expect(ProxyAddress(text) == nil) }

    @Test("prints nothing of the password")
    func redacted() throws {
        let address = try #require(ProxyAddress("http://user:hidden@proxy.example:3128"))
        let proxy = EgressProxy(address, allowedHosts: [])
        var dumped = ""
        dump(proxy, to: &dumped)
        for text in ["\(proxy)", String(reflecting: Route.proxy(address)), dumped] {
            #expect(!text.contains("hidden") && !text.contains("user"))
        }
    }

    @Test("allows one name, or those below one")
    func patterns() throws {
        let exact = try #require(HostPattern("Gateway.example"))
        #expect(exact.matches("gateway.example"))
        #expect(!exact.matches("a.gateway.example") && !exact.matches("gateway.example.org"))
        let below = try #require(HostPattern("*.example.org"))
        #expect(below.matches("a.example.org") && below.matches("a.b.example.org"))
        #expect(!below.matches("example.org") && !below.matches("xexample.org") && !below.matches("a.example.orgx"))
    }

    @Test(
        "takes no pattern that could mean more",
        arguments: ["*", "*.", "a.*", "a.*.example.org", "*a.example.org", "**.example.org", "", "10.0.0.1", "a:443"]
    )
    func wrongPatterns(text: String) { #expect(HostPattern(text) == nil) }

    @Test("allows what the catalogue's own requests ask for, and not what they would be led to")
    func catalogue() throws {
        let hosts = HostPattern.hosts(of: try StateFixture.rules().catalogue)
        func allows(_ host: String) -> Bool { hosts.contains { $0.matches(host) } }
        for host in [
            "api.openai.com", "api.anthropic.com", "slack.com", "sentry.io", "api.github.com", "oauth2.googleapis.com",
            "sts.eu-central-1.amazonaws.com",
        ] {
            #expect(allows(host), "\(host)")
        }
        for host in [
            "example.com", "evil.amazonaws.com", "sts.a.b.amazonaws.com", "sts.x.evil.com", "com", "xapi.openai.com",
            "evil.sentry.io",
        ] {
            #expect(!allows(host), "\(host)")
        }
    }
}
