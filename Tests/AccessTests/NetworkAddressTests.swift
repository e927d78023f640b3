import Access
import Testing

@Suite("Addresses of the network")
struct NetworkAddressTests {
    @Test(
        "An address has one form, also when IPv4 is mapped into IPv6",
        arguments: [
            ("192.0.2.1", "::ffff:192.0.2.1"), ("::1", "0:0:0:0:0:0:0:1"), ("2001:DB8::A", "2001:db8:0:0::a"),
        ]
    )
    func equal(_ first: String, _ second: String) throws {
        #expect(try #require(IPAddress(first)) == #require(IPAddress(second)))
    }

    @Test(
        "What is no address in its usual form is none",
        arguments: [
            "", "localhost", "127.1", "0x7f.0.0.1", "0177.0.0.1", "1.2.3.4.5", "256.0.0.1", "[::1]", "fe80::1%eth0",
            "1.2.3.4 ",
        ]
    )
    func noAddress(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test("Four and sixteen bytes are an address, other numbers are none")
    func bytes() {
        #expect(IPAddress(bytes: [192, 0, 2, 1]) == IPAddress("192.0.2.1"))
        #expect(IPAddress(bytes: Array(repeating: UInt8(0), count: 15) + [1]) == IPAddress("::1"))
        #expect(IPAddress(bytes: [UInt8]()) == nil)
        #expect(IPAddress(bytes: [1, 2, 3] as [UInt8]) == nil)
    }

    @Test("One subscriber is one IPv4 address or 64 bits of IPv6")
    func subscriber() {
        #expect(IPAddress("192.0.2.1")?.subscriber != IPAddress("192.0.2.2")?.subscriber)
        #expect(IPAddress("2001:db8:1:2::1")?.subscriber == IPAddress("2001:db8:1:2:ffff::9")?.subscriber)
        #expect(IPAddress("2001:db8:1:2::1")?.subscriber != IPAddress("2001:db8:1:3::1")?.subscriber)
    }

    static let ranges: [(String, String, Bool)] = [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3/8", "10.9.9.9", true),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.0", false), ("0.0.0.0/0", "255.255.255.255", true),
        ("0.0.0.0/0", "::1", false), ("::/0", "192.0.2.1", true), ("::1", "::1", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
        ("2001:db8::/127", "2001:db8::1", true), ("2001:db8::/127", "2001:db8::2", false),
        ("127.0.0.0/8", "::ffff:127.0.0.1", true),
    ]

    @Test("A range holds the addresses whose first bits it names", arguments: ranges)
    func contains(_ range: String, _ address: String, _ expected: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(#require(IPAddress(address))) == expected)
    }

    @Test(
        "What is no range is none",
        arguments: ["", "/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::/129", "a/8", "1/8/8"]
    )
    func noRange(_ text: String) { #expect(AddressRange(text) == nil) }

    @Test(
        "Loopback is 127.0.0.0/8 and ::1",
        arguments: [("127.1.2.3", true), ("::1", true), ("::2", false), ("128.0.0.1", false)]
    )
    func loopback(_ text: String, _ expected: Bool) { #expect(IPAddress(text)?.isLoopback == expected) }
}

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    private func client(
        _ peer: String,
        _ forwarded: String?,
        trusted: [String] = ["10.0.0.0/8", "::1"]
    ) throws -> String? {
        let proxies = TrustedProxies(trusted.compactMap(AddressRange.init))
        let client = proxies.client(behind: try #require(IPAddress(peer)), forwarded: forwarded)
        return ["192.0.2.1", "192.0.2.9", "2001:db8::1", "10.0.0.1", "10.0.0.2", "::1"].first {
            IPAddress($0) == client
        }
    }

    static let chains: [(String, String?, String)] = [
        ("192.0.2.9", "192.0.2.1", "192.0.2.9"), ("10.0.0.1", nil, "10.0.0.1"), ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "192.0.2.1", "192.0.2.1"), ("10.0.0.1", "192.0.2.9, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "192.0.2.9,192.0.2.1 ,\t10.0.0.2", "192.0.2.1"), ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "192.0.2.9, unknown", "10.0.0.1"), ("10.0.0.1", "192.0.2.9, unknown, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "192.0.2.1:4711", "192.0.2.1"), ("::1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("::1", "[2001:db8::1]", "2001:db8::1"), ("::1", "2001:db8::1", "2001:db8::1"), ("::1", "[", "::1"),
    ]

    @Test("The client is the last address that no trusted proxy has", arguments: chains)
    func chain(_ peer: String, _ forwarded: String?, _ expected: String) throws {
        #expect(try client(peer, forwarded) == expected)
    }

    @Test("Without trusted proxies the peer is the client, whatever it says")
    func untrusted() throws { #expect(try client("10.0.0.1", "192.0.2.1", trusted: []) == "10.0.0.1") }
}
