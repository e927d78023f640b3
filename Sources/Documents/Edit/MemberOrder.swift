/// The order in which members of new objects are written, and where new members of existing objects go.
package struct MemberOrder: Sendable {
    /// New members go to the end, in the order of the value they come from.
    package static let none = MemberOrder { _ in nil }

    private let namesAt: @Sendable (JSONPointer) -> [String]?

    /// Takes the wanted order of the members of the object at a pointer, usually the order of its schema.
    ///
    /// `nil` means that nothing is known about that object; names that are not listed come last.
    package init(_ namesAt: @escaping @Sendable (JSONPointer) -> [String]?) { self.namesAt = namesAt }

    /// The place of each listed name at `pointer`, counted from 0.
    func ranks(at pointer: JSONPointer) -> [JSONKey: Int] {
        var ranks: [JSONKey: Int] = [:]
        for (index, name) in (namesAt(pointer) ?? []).enumerated() where ranks[JSONKey(name)] == nil {
            ranks[JSONKey(name)] = index
        }
        return ranks
    }

    /// The members of a new object: listed ones first, as listed, then the others as they stand.
    func sorted(_ object: JSONObject, at pointer: JSONPointer) -> [JSONObject.Member] {
        let ranks = ranks(at: pointer)
        guard !ranks.isEmpty else { return Array(object) }
        return object.enumerated()
            .map { (rank: ranks[JSONKey($1.key)] ?? Int.max, index: $0, member: $1) }
            .sorted { ($0.rank, $0.index) < ($1.rank, $1.index) }
            .map(\.member)
    }
}
