import Providers
import Testing

@Suite("Addresses and the policy about them")
struct AddressTests {
    static let canonical = [
        "127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1", "1:0:0:2::",
        "::ffff:a9fe:a9fe",
        "1:2:3:4:5:6:7:8", "2001:0:0:1::1", "2001:db8:0:1:1:1:1:1",
    ]

    @Test("are read in the one spelling that everybody reads alike", arguments: canonical)
    func spelling(text: String) throws { #expect(try #require(EndpointAddress(text)).description == text) }

    static let others = [
        "", "1", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.254.1", "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.4 ", " 1.2.3.4", "1.2.3.256", "1.2.3.-4", "１.2.3.4", "①.2.3.4", "1.2.3.4.", "fe80::1%eth0", "[::1]",
        "::FFFF:1",
        "2001:DB8::1", "2001:db8:0:0:0:0:0:1", "0:0:0:0:0:0:0:1", "::ffff:169.254.169.254", "1::2::3", "2001:0db8::1",
        "1.2.3.4\0", "localhost",
    ]

    @Test("are nothing in any other spelling", arguments: others)
    func otherSpelling(text: String) { #expect(EndpointAddress(text) == nil) }

    static let neverTable = [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "0.0.0.0",
        "0.1.2.3", "224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1", "::", "fd00:ec2::254", "fe80::1",
        "febf:ffff::1", "fec0::1", "ff02::1", "::ffff:a9fe:a9fe", "::a9fe:a9fe", "::ffff:0:a9fe:a9fe",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::", "2002:a9fe:a9fe::1", "2001:0:1::1",
        "2a00::5efe:a9fe:a9fe", "2a00::200:5efe:a9fe:a9fe", "::ffff:6464:64c8",
    ]

    @Test(
        "of metadata services, links and nobody are reached by no connection, whatever is allowed",
        arguments: neverTable
    )
    func never(text: String) throws {
        let address = try #require(EndpointAddress(text))
        let all = try [#require(EgressRange("0.0.0.0/0")), #require(EgressRange("::/0"))]
        for policy in [AddressPolicy(), AddressPolicy(allowed: all)] {
            #expect(!policy.permits(address, for: .vendor))
            #expect(!policy.permits(address, for: .local))
        }
    }

    static let ownTable = [
        "127.0.0.1", "127.9.9.9", "::1", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "fc00::1", "fdff::1", "::ffff:7f00:1", "::ffff:a00:1", "64:ff9b::a00:1", "2002:a00:1::", "::7f00:1",
    ]

    @Test(
        "of this machine and of private networks are for local connections, and for others when allowed",
        arguments: ownTable
    )
    func own(text: String) throws {
        let address = try #require(EndpointAddress(text))
        #expect(AddressPolicy().permits(address, for: .local))
        #expect(!AddressPolicy().permits(address, for: .vendor))
        #expect(AddressPolicy(allowed: [try #require(EgressRange(text))]).permits(address, for: .vendor))
        #expect(AddressPolicy().permitsPlainText(address))
    }

    static let specialTable = ["100.64.0.1", "198.18.0.1", "192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1"]

    @Test("of special ranges are reached only when allowed", arguments: specialTable)
    func special(text: String) throws {
        let address = try #require(EndpointAddress(text))
        #expect(!AddressPolicy().permits(address, for: .local))
        #expect(!AddressPolicy().permits(address, for: .vendor))
        #expect(AddressPolicy(allowed: [try #require(EgressRange(text))]).permits(address, for: .vendor))
    }

    static let globalTable = [
        "1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "192.167.255.255", "100.63.255.255", "100.128.0.1",
        "169.253.1.1", "2606:4700::1111", "2a00::1", "64:ff9b::808:808", "2002:808:808::1", "::ffff:808:808",
    ]

    @Test("of the internet are reached by every connection, but not without TLS", arguments: globalTable)
    func global(text: String) throws {
        let address = try #require(EndpointAddress(text))
        #expect(AddressPolicy().permits(address, for: .vendor))
        #expect(AddressPolicy().permits(address, for: .local))
        #expect(!AddressPolicy().permitsPlainText(address))
    }

    static let rangesTable: [(String, String, Bool)] = [
        ("127.0.0.1/32", "127.0.0.1", true), ("127.0.0.1/32", "127.0.0.2", false), ("127.0.0.1", "127.0.0.1", true),
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "1.2.3.4", true),
        ("0.0.0.0/0", "::1", false), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false),
        ("2001:db8::/65", "2001:db8::7fff:0:0:1", true), ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
        ("::/0", "ffff::", true), ("::1/128", "::1", true), ("::1/128", "::2", false),
    ]

    @Test("belong to a range when they begin like it", arguments: rangesTable)
    func ranges(range: String, address: String, isInside: Bool) throws {
        let address = try #require(EndpointAddress(address))
        #expect(try #require(EgressRange(range)).contains(address) == isInside)
    }

    @Test(
        "make no range with a length that they do not have",
        arguments: [
            "1.2.3.4/33", "::/129", "1.2.3.4/-1", "1.2.3.4/", "1.2.3.4/8/8", "a/8", "", "1.2.3.4/+8",
            "1.2.3.4/99999999999999999999",
        ]
    )
    func noRange(text: String) { #expect(EgressRange(text) == nil) }
}

@Suite("The address of an endpoint")
struct EndpointTests {
    static let acceptedTable: [(String, String, String)] = [
        ("https://api.openai.com/v1/models", "https://api.openai.com", "/v1/models"),
        ("https://api.openai.com", "https://api.openai.com", "/"),
        ("https://API.OpenAI.com:443/v1", "https://api.openai.com", "/v1"),
        ("http://127.0.0.1:11434/api/tags?x=1", "http://127.0.0.1:11434", "/api/tags?x=1"),
        ("http://localhost:80/", "http://localhost", "/"), ("https://[::1]:8443/a", "https://[::1]:8443", "/a"),
        ("https://example.com?q", "https://example.com", "/?q"), ("https://a_b.example/", "https://a_b.example", "/"),
        ("https://example.com/@user", "https://example.com", "/@user"),
    ]

    @Test("is scheme, host and port, and what follows", arguments: acceptedTable)
    func accepted(text: String, origin: String, target: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.origin.text == origin)
        #expect(endpoint.target == target)
        #expect(Origin(origin) == endpoint.origin)
    }

    static let refusedTable = [
        "", "example.com", "//example.com", "ftp://example.com", "file:///etc/passwd", "HTTPS://example.com",
        "https://user@example.com", "https://user:pw@example.com", "https://example.com@169.254.169.254/",
        "https://example.com#f", "https://example.com/#f", "https://example.com\\@evil.example/",
        "https://exa mple.com",
        "https://example.com/a b", "https://example.com/\r\nx: y", "https://example.com/\0", "https://", "https:///a",
        "https://example.com:0", "https://example.com:65536", "https://example.com:", "https://example.com:08",
        "https://example.com:+1", "https://example.com:1e3", "https://example.com.", "https://.example.com",
        "https://example..com", "https://-a.example", "https://a-.example", "https://2852039166/",
        "https://0xa9fea9fe/",
        "https://0251.0376.0251.0376/", "https://169.254.43518/", "https://1.2.3.4.5/", "https://1.2.3/",
        "https://exämple.com", "https://１２７.0.0.1/", "https://①.example.1", "https://%31.example.com",
        "https://ex%61mple.com",
        "https://[::1", "https://::1/", "https://[fe80::1%25eth0]/", "https://[::FFFF:1]/", "https://[1.2.3.4]/",
        "https://[]/",
        "https://a.0x7f", "https://*.example.com",
    ]

    @Test("is refused when anybody could read it differently", arguments: refusedTable)
    func refused(text: String) {
        // A last label that starts with a digit is a number to some resolvers.
        #expect(Endpoint(text) == nil)
    }

    @Test("has a longest text and a longest host")
    func limits() {
        let text = "https://example.com/"
        #expect(Endpoint(text + String(repeating: "a", count: Endpoint.maximumLength - text.utf8.count)) != nil)
        #expect(Endpoint(text + String(repeating: "a", count: Endpoint.maximumLength + 1 - text.utf8.count)) == nil)
        let label = String(repeating: "a", count: 62) + "."
        let name = String(repeating: label, count: 4)
        #expect(Endpoint("https://\(name)a") != nil)
        #expect(name.utf8.count + 1 == Endpoint.maximumHostLength)
        #expect(Endpoint("https://\(name)ab") == nil)
        #expect(Endpoint("https://\(String(repeating: "a", count: 63)).b") != nil)
        #expect(Endpoint("https://\(String(repeating: "a", count: 64)).b") == nil)
        #expect(EndpointAddress(String(repeating: "1", count: EndpointAddress.maximumLength + 1)) == nil)
    }
}
