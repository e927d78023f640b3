import Documents
import Foundation
import Testing

/// Texts that bring other readers of YAML down.
private enum HostileText {
    /// Aliases of aliases: `levels` levels, each naming the one before `width` times.
    private static func bomb(levels: Int, width: Int, asKey: Bool) -> String {
        var yaml = "a0: &a0 [x, x]\n"
        for level in 1...levels {
            let list = Array(repeating: "*a\(level - 1)", count: width).joined(separator: ", ")
            yaml += "a\(level): &a\(level) [\(list)]\n"
        }
        if asKey { yaml += "? [*a\(levels)]\n: x\n? [*a\(levels), 1]\n: y\n" }
        return "---\n" + yaml + "---\n"
    }

    static let all: [String] = [
        bomb(levels: 4, width: 9, asKey: false), bomb(levels: 9, width: 9, asKey: false),
        bomb(levels: 9, width: 9, asKey: true), bomb(levels: 10, width: 1, asKey: true),
        bomb(levels: 3, width: 3, asKey: true),
        "---\n" + String(repeating: "[", count: 16_000) + "\n---\n",
        "---\n" + String(repeating: "{a: ", count: 4_000) + "\n---\n",
        "---\n" + String(repeating: "- ", count: 8_000) + "\n---\n",
        "---\n" + String(repeating: "? ", count: 8_000) + "\n---\n",
        "---\n" + (0..<150).map { String(repeating: " ", count: $0) + "a:\n" }.joined() + "---\n",
        "---\na: " + String(repeating: "x", count: 1 << 20) + "\n---\n",
        "---\n" + (0..<2_000).map { "k\($0): 1\n" }.joined() + "---\n",
        "---\n" + String(repeating: "\"", count: 16_001) + "\n---\n",
        "---\na: >\n" + String(repeating: "\n", count: 16_000) + "---\n",
        "---\n[a]: b\n---\n", "---\n[[a]: b]: c\n---\n", "---\n{? {? {a: b}}}\n---\n", "---\n? !!null\n---\n",
        "---\n!!omap [a: 1]\n---\n", "---\n%YAML 1.1\n---\n", "---\n%TAG ! tag:x,2000:\n---\n", "---\n&a [*a]\n---\n",
        "---\n*a\n---\n", "---\n!\n---\n", "---\n&\n---\n", "---\n*\n---\n", "---\n|\n---\n", "---\n? |\n---\n",
        "---\n\"\\uD800\": 1\n---\n", "---\n\"\\U00110000\"\n---\n", "---\n...\n...\n---\n", "---\n}\n---\n",
        "---\na: b: c\n---\n", "---\n- a\nb: c\n---\n", "---\n\u{1F600}: \u{1F600}\n---\n", "---\na:\n\t- b\n---\n",
    ]
}

@Suite("Hostile front matter")
struct FrontMatterHostileTests {
    @Test("is read or refused at once", arguments: HostileText.all.indices)
    func texts(index: Int) {
        let clock = ContinuousClock()
        let duration = clock.measure { _ = refusal(HostileText.all[index]) }
        // The limit is 20 ms in a release build; a debug build on a busy machine is given more.
        #expect(duration < .milliseconds(500))
    }

    @Test("never traps, whatever single bytes are changed, removed, repeated or spliced")
    func mutations() {
        var random = SeededGenerator(seed: 26)
        let seeds =
            HostileText.all.filter { $0.utf8.count < 400 } + [
                "---\nname: code-review\ndescription: >\n  Reviews changes.\ntags: [a, 'b', \"c\"]\nmodel_hints: {x: 1, y: [2]}\n---\n\n# T\n",
                "---\na: &x {b: *x}\nc: !!str |\n  d\n? e\n: - f\n  - {g: h}\n<<: *x\n---\n",
            ]
        let pieces = [
            "[", "]", "{", "}", ": ", "- ", "? ", "&a ", "*a ", "!!x ", "|\n", ">\n", "\"", "'", "\n", " ", "#", "%",
            "---\n", "...\n", ",", "\t", "@", "`", "\\", "\u{e9}", "~",
        ]
        for round in 0..<6_000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 9...127, using: &random)
                case 1 where place < bytes.count: bytes.remove(at: place)
                case 2:
                    let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
                    bytes.insert(contentsOf: bytes[place..<end], at: place)
                default: bytes.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: place)
                }
            }
            guard let document = try? FrontMatter(parsing: bytes) else { continue }
            #expect(document.value.objectValue != nil)
            #expect(Array(document.source.utf8) == bytes)
        }
    }

    @Test("does not overflow a small stack")
    func smallStack() {
        let finished = DispatchSemaphore(value: 0)
        let thread = Thread {
            for text in HostileText.all { _ = refusal(text) }
            finished.signal()
        }
        thread.stackSize = 512 * 1_024
        thread.start()
        #expect(finished.wait(timeout: .now() + 60) == .success)
    }
}
