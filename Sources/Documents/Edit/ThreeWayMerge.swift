/// A field that two edits of the same value changed in different ways.
package struct MergeConflict: Hashable, Sendable {
    package let pointer: JSONPointer
    /// The value both edits started from; `nil` when the field was not there, which holds for the other two as well.
    package let base: JSONValue?
    package let current: JSONValue?
    package let proposed: JSONValue?

    package init(pointer: JSONPointer, base: JSONValue?, current: JSONValue?, proposed: JSONValue?) {
        self.pointer = pointer
        self.base = base
        self.current = current
        self.proposed = proposed
    }
}

/// Brings together two edits of the same value, field by field.
///
/// Objects are merged member by member, arrays are one value, and edits that agree are no conflict. Removing a field
/// and changing something in it is one.
package enum ThreeWayMerge {
    package enum Outcome: Hashable, Sendable {
        /// Members stand in the order of the current value; those that only the proposal has follow.
        case merged(JSONValue)
        /// All conflicts, in the order of the current value; never empty.
        case conflicts([MergeConflict])
    }

    package static func merge(base: JSONValue, current: JSONValue, proposed: JSONValue) -> Outcome {
        var merge = FieldMerge()
        let value = merge.merge(base: base, current: current, proposed: proposed, at: .root)
        guard merge.conflicts.isEmpty, let value else { return .conflicts(merge.conflicts) }
        return .merged(value)
    }
}

private struct FieldMerge {
    private(set) var conflicts: [MergeConflict] = []

    /// The merged field; `nil` when it is gone, or when it is in conflict.
    mutating func merge(
        base: JSONValue?,
        current: JSONValue?,
        proposed: JSONValue?,
        at pointer: JSONPointer
    ) -> JSONValue? {
        if proposed == base || proposed == current { return current }
        if case .object(let ours) = current, case .object(let theirs) = proposed,
            case .object(let old) = base ?? .object(JSONObject())
        {
            return .object(merge(base: old, current: ours, proposed: theirs, at: pointer))
        }
        if current == base { return proposed }
        conflicts.append(MergeConflict(pointer: pointer, base: base, current: current, proposed: proposed))
        return nil
    }

    private mutating func merge(
        base: JSONObject,
        current: JSONObject,
        proposed: JSONObject,
        at pointer: JSONPointer
    ) -> JSONObject {
        var merged = JSONObject()
        for name in current.keys + proposed.keys.filter({ !current.contains($0) }) {
            let place = pointer.appending(name)
            merged[name] = merge(base: base[name], current: current[name], proposed: proposed[name], at: place)
        }
        return merged
    }
}
