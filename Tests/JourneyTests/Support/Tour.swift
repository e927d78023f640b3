import Foundation

/// The tour of README.md: commands for a shell, and for some of them what they print.
///
/// A block fenced as `sh` is run; a block fenced as `text` after it is what it prints. In the latter a line `…` stands for
/// any lines, and `…` within a line for any text.
struct Tour: Sendable {
    struct Step: Sendable {
        /// Where the commands start in the file.
        let line: Int
        let commands: String
        var output: String?
    }

    let steps: [Step]

    /// Reads the blocks of the section with this heading, up to the next one of the same level.
    init(_ markdown: String, section heading: String) {
        var reader = Reader()
        let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false)
        let start = lines.firstIndex { $0 == "## \(heading)" } ?? lines.endIndex
        for (index, line) in lines.enumerated().dropFirst(start + 1) {
            guard reader.isInBlock || !line.hasPrefix("## ") else { break }
            reader.read(line, number: index + 1)
        }
        steps = reader.steps
    }

    /// All steps as one script, each followed by ``separator`` and the call of `settle`.
    ///
    /// - Parameter prelude: defines `settle`, which gives the server the time that a reader takes.
    func script(prelude: String) -> String {
        let steps = steps.map { "\($0.commands)printf '\\036'\nsettle\n" }
        return "set -eu\n\(prelude)\n\(steps.joined())"
    }

    /// Stands in the output of the script behind what each step printed.
    static let separator: Character = "\u{1E}"

    private struct Reader {
        var steps: [Step] = []
        private var block: (kind: Substring, line: Int, text: String)?

        var isInBlock: Bool { block != nil }

        mutating func read(_ line: Substring, number: Int) {
            guard line.hasPrefix("```") else {
                block?.text += "\(line)\n"
                return
            }
            guard let ended = block else {
                block = (line.dropFirst(3), number + 1, "")
                return
            }
            block = nil
            if ended.kind == "sh" { steps.append(Step(line: ended.line, commands: ended.text, output: nil)) }
            if ended.kind == "text", !steps.isEmpty { steps[steps.count - 1].output = ended.text }
        }
    }
}

/// What a command is expected to print, with `…` for what differs from run to run.
struct ExpectedOutput {
    private let lines: [Substring]

    init(_ text: String) { lines = Self.lines(text) }

    func matches(_ output: String) -> Bool { Self.matches(lines[...], Self.lines(output)[...]) }

    /// Without spaces at the ends of lines, which git puts behind `remote:` lines, and without empty lines at the end.
    private static func lines(_ text: String) -> [Substring] {
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            line.prefix(upTo: (line.lastIndex { $0 != " " }).map(line.index(after:)) ?? line.startIndex)
        }
        return lines.filter { !$0.isEmpty }
    }

    private static func matches(_ expected: ArraySlice<Substring>, _ actual: ArraySlice<Substring>) -> Bool {
        guard let line = expected.first else { return actual.isEmpty }
        if line == "…" {
            return (actual.startIndex...actual.endIndex).contains { matches(expected.dropFirst(), actual[$0...]) }
        }
        guard let found = actual.first, isMatch(line, found) else { return false }
        return matches(expected.dropFirst(), actual.dropFirst())
    }

    /// Whether the parts between `…` stand in the line in this order, the first at its start and the last at its end.
    private static func isMatch(_ expected: Substring, _ actual: Substring) -> Bool {
        let parts = expected.split(separator: "…", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else { return expected == actual }
        guard actual.hasPrefix(first) else { return false }
        var rest = actual.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
