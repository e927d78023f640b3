import Documents

/// Random values, random ways to write them down, and random changes to them.
struct RandomJSON {
    var random: SeededGenerator

    init(seed: UInt64) { self.random = SeededGenerator(seed: seed) }

    private static let names = [
        "a", "b", "c", "id", "name", "é", "e\u{301}", "a/b", "m~n", "", "quote\"", "long-member-name",
    ]
    private static let texts = [
        "", "x", "é😀", "line\nbreak", "\"quoted\"", "back\\slash", "\u{1}", "some longer text here",
    ]
    private static let numbers = ["0", "-0", "1", "1.0", "-2.50", "1e3", "123456789012345678901234567890", "0.1"]

    mutating func value(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(random.chance(50))
        case 2: return JSONNumber(Self.numbers.randomElement(using: &random) ?? "0").map(JSONValue.number) ?? .null
        case 3, 4: return .string(Self.texts.randomElement(using: &random) ?? "")
        case 5: return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(depth: depth - 1) })
        default: return object(depth: depth)
        }
    }

    mutating func object(depth: Int = 4) -> JSONValue {
        var object = JSONObject()
        for name in Self.names.shuffled(using: &random).prefix(Int.random(in: 0..<6, using: &random)) {
            object[name] = value(depth: depth - 1)
        }
        return .object(object)
    }

    /// The same value with one to three places changed.
    mutating func edit(of value: JSONValue) -> JSONValue {
        var edited = value
        for _ in 0..<Int.random(in: 1...3, using: &random) { change(&edited, depth: 3) }
        return edited
    }

    private mutating func change(_ value: inout JSONValue, depth: Int) {
        if case .object(var object) = value, random.chance(85) {
            let name = object.keys.randomElement(using: &random)
            if let name, random.chance(60), var member = object[name] {
                change(&member, depth: depth)
                object[name] = member
            } else if let name, random.chance(50) {
                object[name] = nil
            } else {
                object[Self.names.randomElement(using: &random) ?? ""] = self.value(depth: depth - 1)
            }
            value = .object(object)
        } else if case .array(var items) = value, random.chance(85) {
            let index = items.indices.randomElement(using: &random)
            if let index, random.chance(60) {
                change(&items[index], depth: depth)
            } else if let index, random.chance(50) {
                items.remove(at: index)
            } else {
                items.insert(self.value(depth: depth - 1), at: Int.random(in: 0...items.count, using: &random))
            }
            value = .array(items)
        } else {
            value = self.value(depth: depth)
        }
    }
}

// MARK: - Texts

extension RandomJSON {
    /// The value with whitespace and line ends at random places.
    mutating func scribble(_ value: JSONValue) -> [UInt8] {
        let newline = random.chance(20) ? "\r\n" : "\n"
        return Array((space(newline) + text(of: value, newline) + space(newline)).utf8)
    }

    private mutating func text(of value: JSONValue, _ newline: String) -> String {
        switch value {
        case .null, .bool, .number, .string: return value.description
        case .array(let items):
            let parts = items.map { space(newline) + text(of: $0, newline) + space(newline) }
            return "[" + (parts.isEmpty ? space(newline) : parts.joined(separator: ",")) + "]"
        case .object(let object):
            let parts = object.map { member in
                space(newline) + JSONValue(member.key).description + space(newline) + ":" + space(newline)
                    + text(of: member.value, newline) + space(newline)
            }
            return "{" + (parts.isEmpty ? space(newline) : parts.joined(separator: ",")) + "}"
        }
    }

    private mutating func space(_ newline: String) -> String {
        ["", "", "", " ", "  ", "\t", newline, newline + "    ", newline + newline].randomElement(using: &random) ?? ""
    }
}
