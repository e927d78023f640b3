/// The tree of a regular expression that an automaton can decide.
indirect enum PatternSyntax {
    /// `^`: the beginning of the text.
    case start
    /// `$`: the end of the text.
    case end
    case symbols(PatternSymbols)
    case sequence([PatternSyntax])
    case choice([PatternSyntax])
    case repeated(PatternSyntax, atLeast: Int, atMost: Int?)
}

/// A set of symbols: the 128 ASCII scalars, line separators, other white space, and all other scalars as one each.
struct PatternSymbols: Hashable {
    static let count = 131
    static let any = PatternSymbols(0..<count)

    private(set) var members: Set<Int>

    init(_ members: some Sequence<Int>) { self.members = Set(members) }

    init(ascii text: String) { self.init(text.utf8.map(Int.init)) }

    /// The symbol that stands for a scalar.
    static func symbol(for scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<128: Int(scalar.value)
        case 0x2028, 0x2029: 128
        case 0xa0, 0x1680, 0x2000...0x200a, 0x202f, 0x205f, 0x3000, 0xfeff: 129
        default: 130
        }
    }

    static let digit = PatternSymbols(48...57)
    static let word = PatternSymbols(Array(48...57) + Array(65...90) + Array(97...122) + [95])
    static let space = PatternSymbols([9, 10, 11, 12, 13, 32, 128, 129])
    /// `.`: everything but line breaks.
    static let dot = PatternSymbols(any.members.subtracting([10, 13, 128]))

    var inverted: PatternSymbols { PatternSymbols(Self.any.members.subtracting(members)) }

    mutating func formUnion(_ other: PatternSymbols) { members.formUnion(other.members) }
}

/// Reads the part of ECMA-262's syntax that needs neither look-around nor back references.
///
/// Every function throws ``Unsupported`` for what it does not know, valid or not; the caller then asks the general engine.
struct PatternParser {
    struct Unsupported: Error {}

    /// The deepest nesting of groups and the largest counted repetition.
    static let maximumDepth = 20
    static let maximumRepetition = 512

    private var rest: Substring.UnicodeScalarView
    private var depth = 0

    init(_ source: String) { rest = Substring(source).unicodeScalars }

    /// The whole expression.
    mutating func expression() throws(Unsupported) -> PatternSyntax {
        let result = try choice()
        guard rest.isEmpty else { throw Unsupported() }
        return result
    }

    private mutating func choice() throws(Unsupported) -> PatternSyntax {
        var choices = [try sequence()]
        while skip("|") { try choices.append(sequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func sequence() throws(Unsupported) -> PatternSyntax {
        var items: [PatternSyntax] = []
        while let next = rest.first, next != "|", next != ")" { try items.append(quantified()) }
        return .sequence(items)
    }

    private mutating func quantified() throws(Unsupported) -> PatternSyntax {
        if skip("^") { return .start }
        if skip("$") { return .end }
        let item = try atom()
        guard let (least, most) = try quantifier() else { return item }
        _ = skip("?")
        return .repeated(item, atLeast: least, atMost: most)
    }

    private mutating func quantifier() throws(Unsupported) -> (Int, Int?)? {
        if skip("?") { return (0, 1) }
        if skip("*") { return (0, nil) }
        if skip("+") { return (1, nil) }
        guard skip("{") else { return nil }
        let least = try number()
        if skip("}") { return (least, least) }
        guard skip(",") else { throw Unsupported() }
        if skip("}") { return (least, nil) }
        let most = try number()
        guard skip("}"), least <= most else { throw Unsupported() }
        return (least, most)
    }

    private mutating func number() throws(Unsupported) -> Int {
        let digits = String(rest.prefix { ("0"..."9").contains($0) })
        rest = rest.dropFirst(digits.unicodeScalars.count)
        guard let value = Int(digits), value <= Self.maximumRepetition else { throw Unsupported() }
        return value
    }

    private mutating func atom() throws(Unsupported) -> PatternSyntax {
        guard let scalar = rest.popFirst() else { throw Unsupported() }
        switch scalar {
        case "(": return try group()
        case "[": return .symbols(try set())
        case ".": return .symbols(.dot)
        case "\\": return .symbols(try escape())
        case "*", "+", "?", "{", "}", "]", ")", "|": throw Unsupported()
        default:
            guard scalar.isASCII else { throw Unsupported() }
            return .symbols(PatternSymbols([Int(scalar.value)]))
        }
    }

    private mutating func group() throws(Unsupported) -> PatternSyntax {
        if skip("?") { guard skip(":") else { throw Unsupported() } }
        depth += 1
        guard depth <= Self.maximumDepth else { throw Unsupported() }
        defer { depth -= 1 }
        let result = try choice()
        guard skip(")") else { throw Unsupported() }
        return result
    }

    private mutating func escape() throws(Unsupported) -> PatternSymbols {
        guard let scalar = rest.popFirst() else { throw Unsupported() }
        switch scalar {
        case "d": return .digit
        case "D": return PatternSymbols.digit.inverted
        case "w": return .word
        case "W": return PatternSymbols.word.inverted
        case "s": return .space
        case "S": return PatternSymbols.space.inverted
        case "t": return PatternSymbols([9])
        case "n": return PatternSymbols([10])
        case "v": return PatternSymbols([11])
        case "f": return PatternSymbols([12])
        case "r": return PatternSymbols([13])
        case "x": return try hexadecimal(digits: 2)
        case "u": return try hexadecimal(digits: 4)
        default:
            guard "^$\\.*+?()[]{}|/-".unicodeScalars.contains(scalar) else { throw Unsupported() }
            return PatternSymbols([Int(scalar.value)])
        }
    }

    private mutating func hexadecimal(digits: Int) throws(Unsupported) -> PatternSymbols {
        let text = String(rest.prefix(digits))
        rest = rest.dropFirst(digits)
        guard text.utf8.count == digits, text.utf8.allSatisfy(\.isASCIIHexDigit), let value = Int(text, radix: 16),
            value < 128
        else { throw Unsupported() }
        return PatternSymbols([value])
    }

    private mutating func set() throws(Unsupported) -> PatternSymbols {
        let isInverted = skip("^")
        var result = PatternSymbols([])
        while let scalar = rest.popFirst() {
            if scalar == "]" { return isInverted ? result.inverted : result }
            let low = try member(scalar)
            guard rest.first == "-", rest.dropFirst().first != "]" else {
                result.formUnion(low)
                continue
            }
            rest.removeFirst()
            guard let next = rest.popFirst() else { throw Unsupported() }
            let high = try member(next)
            guard low.members.count == 1, high.members.count == 1, let first = low.members.first,
                let last = high.members.first, first <= last
            else { throw Unsupported() }
            result.formUnion(PatternSymbols(first...last))
        }
        throw Unsupported()
    }

    private mutating func member(_ scalar: Unicode.Scalar) throws(Unsupported) -> PatternSymbols {
        if scalar == "\\" { return try escape() }
        guard scalar.isASCII else { throw Unsupported() }
        return PatternSymbols([Int(scalar.value)])
    }
}
