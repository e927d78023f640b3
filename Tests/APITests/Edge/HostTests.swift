import API
import NIOCore
import TestSupport
import Testing

@Suite("The host of a request")
struct HostTests {
    private func answer(_ headers: String, target: String = "/healthz") async throws -> String {
        try await LiveServer.run(edge: EdgeRules(hosts: HostRules(names: ["Agents.Example.com"]))) { port in
            try await RawConnection.exchange(
                port: port,
                "GET \(target) HTTP/1.1\r\n\(headers)Connection: close\r\n\r\n"
            )
        }
    }

    @Test(
        "Names of the server, localhost and IP addresses are answered for, with any port",
        arguments: [
            "agents.example.com", "AGENTS.example.com:443", "agents.example.com.", "localhost", "localhost:1",
            "LOCALHOST:65535", "127.0.0.1", "127.0.0.1:8090", "192.0.2.1", "[::1]", "[2001:DB8::1]:8090",
        ]
    )
    func allowed(_ host: String) async throws {
        #expect(try await answer("Host: \(host)\r\n").hasPrefix("HTTP/1.1 200 "))
    }

    @Test(
        "Any other name is 421, also for a path that no operation has",
        arguments: [
            "example.com", "evil.example.com", "agents.example.com.evil.test", "xagents.example.com",
            "localhost.evil.test",
            "127.0.0.1.evil.test", "127.1", "0x7f.0.0.1", "2130706433", "localhost..",
        ]
    )
    func refused(_ host: String) async throws {
        for target in ["/healthz", "/nothing"] {
            let answer = try await answer("Host: \(host)\r\n", target: target)
            #expect(answer.hasPrefix("HTTP/1.1 421 "))
            #expect(answer.contains("\"code\":\"request.host_not_allowed\""))
        }
    }

    @Test(
        "Exactly one host is demanded, and one that can be one",
        arguments: [
            "", "Host: localhost\r\nHost: localhost\r\n", "Host: localhost\r\nhost: evil.test\r\n", "Host: \r\n",
            "Host: localhost:\r\n", "Host: localhost:65536\r\n", "Host: localhost:80:80\r\n", "Host: a@localhost\r\n",
            "Host: localhost/\r\n", "Host: [::1\r\n", "Host: [::1]x\r\n", "Host: [127.0.0.1]\r\n", "Host: ::1\r\n",
            "Host: local%68ost\r\n", "Host: \(String(repeating: "a", count: 256))\r\n",
        ]
    )
    func malformed(_ headers: String) async throws {
        let answer = try await answer(headers)
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        #expect(answer.contains("\"code\":\"request.invalid_parameter\""))
    }

    /// With a good `Host`, and with a foreign one.
    static let absoluteTargets = [
        ("http://localhost/healthz", "200", "200"), ("HTTPS://[::1]:8090/healthz?", "200", "200"),
        ("http://agents.example.com:1/healthz", "200", "200"), ("http://localhost", "404", "404"),
        ("http://localhost?a=b", "404", "404"), ("http://localhost//healthz", "404", "404"),
        ("http://evil.test/healthz", "421", "421"), ("https://localhost.evil.test:80/healthz", "421", "421"),
        ("http://localhost@evil.test/healthz", "400", "400"), ("http://evil.test@localhost/healthz", "400", "400"),
        ("http:///healthz", "400", "400"), ("http://localhost:x/healthz", "400", "400"), ("x:/healthz", "400", "400"),
        ("http:/healthz", "400", "400"), ("localhost/healthz", "400", "400"), ("*", "404", "421"),
        ("ftp://localhost/healthz", "404", "421"), ("x://localhost/healthz", "404", "421"),
    ]

    @Test("The authority of a target in absolute form counts, and Host does not", arguments: absoluteTargets)
    func absoluteTarget(_ target: String, _ status: String, _ foreign: String) async throws {
        #expect(try await answer("Host: localhost\r\n", target: target).hasPrefix("HTTP/1.1 \(status) "))
        #expect(try await answer("Host: evil.test\r\n", target: target).hasPrefix("HTTP/1.1 \(foreign) "))
    }

    @Test("A target in absolute form does not stand in for a Host", arguments: ["", "Host: a\r\nHost: localhost\r\n"])
    func absoluteTargetWithoutHost(_ headers: String) async throws {
        #expect(try await answer(headers, target: "http://localhost/healthz").hasPrefix("HTTP/1.1 400 "))
    }

    static let spellings = [
        "//healthz", "/healthz/", "/./healthz", "/api/../healthz", "/healthz/.", "/%68ealthz", "/healthz%2f",
        "/healthz%00",
        "/healthz;", "/healthz;a=b", "/%2e/healthz", "/api%2f..%2fhealthz", "/healthz%5c", "/HEALTHZ", "healthz",
        "/healthz#a",
        "/api/items/%2e%2e/validate", "/api//items", "/api/items/", "/api/./items", "/api/items/..", "/api/items/%2e",
        "/api/items/a%2fb", "/api/items/a%5cb", "/api/items/a%00b", "/api/items/a/", "/api%2fitems",
    ]

    @Test("A path has one spelling: every other one leads nowhere, with or without a credential", arguments: spellings)
    func canonical(_ target: String) async throws {
        let credential = "Authorization: Bearer \(FakeServer.ownerToken)\r\n"
        for headers in ["", credential] {
            let answer = try await answer("Host: localhost\r\n\(headers)", target: target)
            #expect(answer.hasPrefix("HTTP/1.1 404 ") || answer.hasPrefix("HTTP/1.1 400 "))
        }
    }
}
