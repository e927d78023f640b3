import Foundation
import Testing

@testable import Documents

@Suite("Regular expressions of schemas")
struct SchemaPatternTests {
    @Test(
        "match as ECMA-262 says",
        arguments: [
            ("^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$", ["a", "a-b", "0_0"], ["", "-a", "a-", "A", "a\n", "aé"]),
            ("", ["", "x"], []),
            ("a|^b|c$", ["xa", "bx", "xc"], ["xbx", "cx", ""]),
            ("(?:^|_)KEY(?:_|$)", ["KEY", "A_KEY", "KEY_B", "A_KEY_B"], ["MONKEY", "KEYS"]),
            ("^(?:a|bc){2,3}$", ["aa", "abc", "bcbcbc"], ["a", "aaaa", "bcb"]),
            ("^.$", ["é", "👍", "\u{85}"], ["", "\n", "\u{2028}", "ab"]),
            ("^\\d\\w\\s$", ["1a ", "0_\u{a0}"], ["١a ", "1é ", "1a-"]),
            ("^[^\\x00-\\x1f]*$", ["", "äöü"], ["a\u{1f}"]),
            ("^[\\]\\-a]+$", ["]-a"], ["\\"]),
            ("^(?!x)[a-z]+$", ["ab"], ["xb", "ab\n"]),
            ("^(a)\\1$", ["aa"], ["a", "ab"]),
            ("^[é-ü]$", ["ê"], ["a"]),
            ("^a$|^$", ["a", ""], ["b"]),
            ("a^b", [], ["ab", "a"]),
        ]
    )
    func matches(source: String, accepted: [String], refused: [String]) throws {
        let pattern = try #require(SchemaPattern(source))
        for text in accepted { #expect(pattern.matches(text), "\(text)") }
        for text in refused { #expect(!pattern.matches(text), "\(text)") }
    }

    @Test(
        "are refused when they are none",
        arguments: ["(", ")", "[", "a**", "{", "a{2,1}", "\\", "(?<a", "\\Z", "[b-a]"]
    )
    func invalid(source: String) { #expect(SchemaPattern(source) == nil) }

    @Test("take time linear in the text where an automaton can decide")
    func linear() throws {
        let pattern = try #require(SchemaPattern("^(?:a+)+$"))
        #expect(pattern.isLinear)
        #expect(!pattern.matches(String(repeating: "a", count: 100_000) + "b"))
    }

    @Test("match as the general engine does, on random expressions and texts")
    func agreesWithGeneralEngine() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<400 {
            let source = Self.randomExpression(depth: 3, &generator)
            let pattern = try #require(SchemaPattern(source), "\(source)")
            let oracle = try #require(SchemaPattern.expression(source), "\(source)")
            guard pattern.isLinear else { continue }
            for _ in 0..<20 {
                let text = String(
                    (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                        "ab-é".randomElement(using: &generator) ?? "a"
                    }
                )
                let expected = oracle.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
                #expect(pattern.matches(text) == expected, "\(source) on “\(text)”")
            }
        }
    }

    private static func randomExpression(depth: Int, _ generator: inout SeededGenerator) -> String {
        let atoms = ["a", "b", "-", ".", "[ab]", "[^a]", "\\w", "\\W"]
        guard depth > 0 else { return atoms.randomElement(using: &generator) ?? "a" }
        let inner = { (generator: inout SeededGenerator) in randomExpression(depth: depth - 1, &generator) }
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: return inner(&generator) + inner(&generator)
        case 1: return "(?:\(inner(&generator))|\(inner(&generator)))"
        case 2: return "(?:\(inner(&generator)))*"
        case 3: return "(?:\(inner(&generator))){1,3}"
        case 4: return "^" + inner(&generator)
        case 5: return inner(&generator) + "$"
        default: return "(?:\(inner(&generator)))?"
        }
    }
}
