import Access
import Testing

@Suite("Addresses of clients")
struct ClientAddressTests {
    @Test(
        "An IPv4 address counts by itself, an IPv6 address with its 64 bits",
        arguments: [
            ("192.0.2.7", "192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::1", "::1", "::/64"),
            ("FE80:0::1", "fe80::1", "fe80::/64"),
        ]
    )
    func network(_ text: String, _ shown: String, _ network: String) throws {
        let address = try #require(ClientAddress(text))
        #expect(address.description == shown)
        #expect(address.network == network)
    }

    @Test("Anything else is no address", arguments: ["", "localhost", "1.2.3", "1.2.3.4:80", "[::1]", ":::"])
    func refused(_ text: String) { #expect(ClientAddress(text) == nil) }
}
