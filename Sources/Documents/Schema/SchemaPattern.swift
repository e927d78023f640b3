import Foundation

/// A regular expression of a schema, in the dialect of ECMA-262 with the `u` flag, tested anywhere in the text.
///
/// What an automaton can decide is decided by one, in time linear in the text; the rest (look-around, back references,
/// properties of characters) goes to `NSRegularExpression`.
struct SchemaPattern: Sendable {
    private enum Engine: Sendable {
        case automaton(PatternAutomaton)
        case expression(NSRegularExpression)
    }

    let source: String
    private let engine: Engine

    /// `nil` when `source` is no valid expression.
    init?(_ source: String) {
        self.source = source
        if let automaton = PatternAutomaton(source) {
            self.engine = .automaton(automaton)
        } else {
            guard let expression = Self.expression(source) else { return nil }
            self.engine = .expression(expression)
        }
    }

    func matches(_ text: String) -> Bool {
        switch engine {
        case .automaton(let automaton): automaton.matches(text)
        case .expression(let expression):
            expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
        }
    }

    /// Whether the test takes time linear in the text.
    var isLinear: Bool { if case .automaton = engine { true } else { false } }

    /// The expression for the general engine; `nil` when it is not valid.
    static func expression(_ source: String) -> NSRegularExpression? {
        translated(source).flatMap { try? NSRegularExpression(pattern: $0) }
    }

    /// The same expression in ICU's dialect; `nil` when it has an escape that ECMA-262 does not know.
    ///
    /// ICU's `$` also matches before a final line break, its `\d`, `\w` and `\b` know all of Unicode, and inside brackets
    /// it reads `[`, `&&` and `--` as set operations.
    private static func translated(_ source: String) -> String? {
        var result = ""
        var inSet = false
        var scalars = source.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch (scalar, inSet) {
            case ("\\", _):
                guard let escaped = scalars.next(), !unknownEscapes.contains(escaped) else { return nil }
                result += translated(escape: escaped, inSet: inSet)
            case ("$", false): result += "\\z"
            case ("^", false): result += "\\A"
            case ("[", false):
                inSet = true
                result += "["
            case ("]", true):
                inSet = false
                result += "]"
            case ("[", true), ("&", true): result += "\\\(scalar)"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Letters that mean something after a backslash to ICU only.
    private static let unknownEscapes = Set("aeghijlmoqyzACEFGHIJKLMNOQRTUVXYZ".unicodeScalars)

    private static func translated(escape: Unicode.Scalar, inSet: Bool) -> String {
        switch (escape, inSet) {
        case ("d", false): "[0-9]"
        case ("d", true): "0-9"
        case ("D", _): "[^0-9]"
        case ("w", false): "[A-Za-z0-9_]"
        case ("w", true): "A-Za-z0-9_"
        case ("W", _): "[^A-Za-z0-9_]"
        case ("s", false): "[\\s\\x{FEFF}]"
        case ("s", true): "\\s\\x{FEFF}"
        case ("S", _): "[^\\s\\x{FEFF}]"
        case ("/", _): "/"
        default: "\\\(escape)"
        }
    }
}
