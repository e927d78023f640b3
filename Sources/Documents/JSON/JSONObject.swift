import OrderedCollections

/// The members of a JSON object, in the order of the text they came from.
package struct JSONObject: Sendable {
    /// One member; a struct, so that it can cross targets.
    package struct Member: Hashable, Sendable {
        package let key: String
        package let value: JSONValue
    }

    private var storage: OrderedDictionary<JSONKey, JSONValue>

    package init() { self.storage = [:] }

    /// Takes members in order; of two with the same key the later one wins at the earlier one's place.
    package init(_ members: some Sequence<(String, JSONValue)>) {
        self.storage = [:]
        for (key, value) in members { storage[JSONKey(key)] = value }
    }

    package var count: Int { storage.count }

    package var isEmpty: Bool { storage.isEmpty }

    package var keys: [String] { storage.keys.map(\.description) }

    /// Reads, replaces in place, appends or (with `nil`) removes a member.
    package subscript(key: String) -> JSONValue? {
        get { storage[JSONKey(key)] }
        set { storage[JSONKey(key)] = newValue }
    }

    package func contains(_ key: String) -> Bool { storage.index(forKey: JSONKey(key)) != nil }

    /// The place of `key` among the members, counted from 0.
    package func index(of key: String) -> Int? { storage.index(forKey: JSONKey(key)) }

    /// Removes a member and returns its value; `nil` when there was none.
    @discardableResult
    package mutating func removeValue(forKey key: String) -> JSONValue? { storage.removeValue(forKey: JSONKey(key)) }

    /// Changes the value of a member in place; `nil` when there is none.
    package mutating func update<Result, Failure: Error>(
        _ key: String,
        _ change: (inout JSONValue) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let index = storage.index(forKey: JSONKey(key)) else { return nil }
        return try change(&storage.values[index])
    }

    /// Adds a member at the end; `false`, and nothing changes, when the key is there already.
    mutating func append(_ value: JSONValue, forKey key: String) -> Bool {
        let key = JSONKey(key)
        guard storage.index(forKey: key) == nil else { return false }
        storage[key] = value
        return true
    }

    /// Puts a new member at `index`, or replaces the value of the one that has this key, where it stands.
    package mutating func insert(_ value: JSONValue, forKey key: String, at index: Int) {
        guard storage[JSONKey(key)] == nil else {
            storage[JSONKey(key)] = value
            return
        }
        storage.updateValue(value, forKey: JSONKey(key), insertingAt: Swift.min(index, storage.count))
    }
}

extension JSONObject: Hashable {
    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.count == rhs.count && lhs.storage.allSatisfy { rhs.storage[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        var combined = 0
        for (key, value) in storage {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            combined ^= member.finalize()
        }
        hasher.combine(combined)
    }
}

extension JSONObject: RandomAccessCollection {
    package var startIndex: Int { 0 }

    package var endIndex: Int { storage.count }

    package subscript(position: Int) -> Member {
        let element = storage.elements[position]
        return Member(key: element.key.description, value: element.value)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
