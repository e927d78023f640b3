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

    static let limits: [(String, String, Bool)] = [
        (nested(PatternParser.maximumDepth), "a", true), (nested(PatternParser.maximumDepth + 1), "a", false),
        (repeated(PatternParser.maximumRepetition), text(PatternParser.maximumRepetition), true),
        (repeated(PatternParser.maximumRepetition + 1), text(PatternParser.maximumRepetition + 1), false),
    ]

    private static func nested(_ depth: Int) -> String {
        "^" + String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth) + "$"
    }

    private static func repeated(_ count: Int) -> String { "^a{\(count)}$" }

    private static func text(_ length: Int) -> String { String(repeating: "a", count: length) }

    @Test("that are too deep or repeat too much go to the general engine, and match as they should", arguments: limits)
    func parserLimits(source: String, accepted: String, isLinear: Bool) throws {
        let pattern = try #require(SchemaPattern(source))
        #expect(pattern.isLinear == isLinear)
        #expect(pattern.matches(accepted))
        #expect(!pattern.matches(accepted + "a"))
    }

    @Test("become so many states of a network, and no more")
    func networkLimit() throws {
        func choices(_ count: Int) -> PatternSyntax { .choice(Array(repeating: .symbols(.digit), count: count)) }
        // Start, end and their two loops are states as well.
        #expect(PatternNetwork(choices(PatternNetwork.maximumStates - 4)) != nil)
        #expect(PatternNetwork(choices(PatternNetwork.maximumStates - 3)) == nil)
        let source = "^(?:" + Array(repeating: "a", count: PatternNetwork.maximumStates).joined(separator: "|") + ")$"
        let pattern = try #require(SchemaPattern(source))
        #expect(!pattern.isLinear)
        #expect(pattern.matches("a") && !pattern.matches("b"))
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
