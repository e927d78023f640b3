import Testing

@testable import API

@Suite("Search without regard to case")
struct CaselessSearchTests {
    @Test(
        "A part is found wherever it stands",
        arguments: [
            ("a", "A"), ("ATLAS", "the atlas"), ("\u{E9}", "CAF\u{C9}"), ("\u{C9}", "caf\u{E9}"),
            ("\u{DF}", "stra\u{DF}e"),
            ("x", "x"), ("ab", "aab"), ("[", "a[b"),
        ]
    )
    func found(_ term: String, _ text: String) { #expect(CaselessSearch(term).isPart(of: text)) }

    @Test(
        "What differs in more than case is not found",
        arguments: [
            ("a", ""), ("ab", "a"), ("ba", "ab"), ("[", "{"), ("@", "`"), ("e", "\u{E9}"), ("\u{E9}", "e\u{301}"),
        ]
    )
    func notFound(_ term: String, _ text: String) { #expect(!CaselessSearch(term).isPart(of: text)) }
}
