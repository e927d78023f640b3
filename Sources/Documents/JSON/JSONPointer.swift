/// A JSON Pointer (RFC 6901): a path of reference tokens from the root of a document.
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// The most tokens a pointer may have; documents are never deeper.
    package static let maximumDepth = 128

    /// The whole document.
    package static let root = JSONPointer(tokens: [])

    /// Unescaped tokens from the root down; array indices are decimal text.
    package let tokens: [String]

    package init(tokens: [String]) { self.tokens = tokens }

    /// Parses the string form: empty, or `/`-separated tokens with `~0` for `~` and `~1` for `/`.
    ///
    /// `nil` when a leading `/` is missing, `~` is followed by anything else, or there are too many tokens.
    package init?(_ text: String) {
        guard !text.isEmpty else {
            self = .root
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for part in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard tokens.count < Self.maximumDepth, let token = Self.unescape(part) else { return nil }
            tokens.append(token)
        }
        self.tokens = tokens
    }

    package var description: String {
        var text = ""
        for token in tokens {
            text += "/"
            for scalar in token.unicodeScalars {
                switch scalar {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }

    package var isRoot: Bool { tokens.isEmpty }

    package var last: String? { tokens.last }

    /// The pointer to the value that holds this one; the root is its own parent.
    package var parent: JSONPointer { JSONPointer(tokens: Array(tokens.dropLast())) }

    package func appending(_ token: String) -> JSONPointer { JSONPointer(tokens: tokens + [token]) }

    package func appending(_ index: Int) -> JSONPointer { appending(String(index)) }

    /// Whether `other` is this value or lies inside it.
    package func contains(_ other: JSONPointer) -> Bool {
        tokens.count <= other.tokens.count && zip(tokens, other.tokens).allSatisfy { $0.hasSameBytes(as: $1) }
    }

    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.tokens.count == rhs.tokens.count && lhs.contains(rhs)
    }

    package func hash(into hasher: inout Hasher) {
        for token in tokens { hasher.combine(JSONKey(token)) }
    }

    private static func unescape(_ part: Substring.UTF8View.SubSequence) -> String? {
        guard part.contains(UInt8(ascii: "~")) else { return String(Substring(part)) }
        var bytes: [UInt8] = []
        var rest = part[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONPointer {
    /// The value of an array-index token: decimal without leading zeros (RFC 6901, section 4); `-` is no index.
    package static func index(_ token: String) -> Int? {
        guard let first = token.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return nil }
        guard first != UInt8(ascii: "0") || token.utf8.count == 1 else { return nil }
        return Int(token)
    }
}

extension JSONValue {
    /// The value that `pointer` leads to; `nil` when it leads nowhere.
    package subscript(pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let object):
                guard let member = object[token] else { return nil }
                value = member
            case .array(let items):
                guard let index = JSONPointer.index(token), items.indices.contains(index) else { return nil }
                value = items[index]
            case .null, .bool, .number, .string: return nil
            }
        }
        return value
    }
}
