/// What an edited object or array will hold, in the order of its text.
struct EditPlan {
    struct Item {
        /// The place among the old members or elements of what is kept or changed; `nil` for what is new.
        let entry: Int?
        /// The name of a member; `nil` in arrays.
        let name: String?
        let value: JSONValue
    }

    private(set) var items: [Item]

    /// Keeps the members that stay where they stand; new ones go where their rank says, unranked ones to the end.
    init(from old: JSONObject, to new: JSONObject, ranks: [JSONKey: Int]) {
        self.items = []
        for (index, member) in old.enumerated() {
            guard let value = new[member.key] else { continue }
            items.append(Item(entry: index, name: member.key, value: value))
        }
        let added = new.filter { !old.contains($0.key) }
        for member in added where ranks[JSONKey(member.key)] != nil { insert(member, ranks: ranks) }
        for member in added where ranks[JSONKey(member.key)] == nil {
            items.append(Item(entry: nil, name: member.key, value: member.value))
        }
    }

    /// Keeps the elements that both arrays have in common; changed runs are paired from their start.
    init(from old: [JSONValue], to new: [JSONValue]) {
        self.items = []
        let alignment = SequenceAlignment(comparing: old, with: new)
        var (oldIndex, newIndex) = (0, 0)
        for block in alignment.blocks + [.init(old: old.count, new: new.count, count: 0)] {
            for place in newIndex..<block.new {
                let counterpart = oldIndex + place - newIndex
                items.append(Item(entry: counterpart < block.old ? counterpart : nil, name: nil, value: new[place]))
            }
            for step in 0..<block.count {
                items.append(Item(entry: block.old + step, name: nil, value: new[block.new + step]))
            }
            (oldIndex, newIndex) = (block.old + block.count, block.new + block.count)
        }
    }

    /// Behind the nearest member that comes before it in rank, else before the nearest one that comes behind it.
    private mutating func insert(_ member: JSONObject.Member, ranks: [JSONKey: Int]) {
        let rank = ranks[JSONKey(member.key)] ?? Int.max
        var previous: (rank: Int, index: Int)?
        var next: (rank: Int, index: Int)?
        for (index, item) in items.enumerated() {
            guard let other = item.name.flatMap({ ranks[JSONKey($0)] }) else { continue }
            if other < rank, other > previous?.rank ?? -1 { previous = (other, index) }
            if other > rank, other < next?.rank ?? Int.max { next = (other, index) }
        }
        let place = previous.map { $0.index + 1 } ?? next?.index ?? items.count
        items.insert(Item(entry: nil, name: member.key, value: member.value), at: place)
    }
}
