/// One difference between two values.
package struct FieldChange: Hashable, Sendable {
    package enum Operation: String, Hashable, Sendable, CaseIterable {
        case add, remove, replace
    }

    package let pointer: JSONPointer
    /// What was there; `nil` when the field was added.
    package let before: JSONValue?
    /// What is there now; `nil` when the field was removed.
    package let after: JSONValue?

    /// Takes a change of which at least one side is a value.
    init(_ pointer: JSONPointer, before: JSONValue?, after: JSONValue?) {
        self.pointer = pointer
        self.before = before
        self.after = after
    }

    package var operation: Operation {
        if before == nil { return .add }
        return after == nil ? .remove : .replace
    }
}

extension JSONValue {
    /// What differs between this value and a later one, field by field.
    ///
    /// Objects are compared member by member; arrays are one value. An added or removed object is one change. The order
    /// is that of the members here, with added ones behind them. Equality is JSON equality: members that only
    /// changed places, and numbers that are only written differently, are no change.
    package func fieldChanges(to later: JSONValue) -> [FieldChange] {
        var changes: [FieldChange] = []
        collectChanges(to: later, at: .root, into: &changes)
        return changes
    }

    private func collectChanges(to later: JSONValue, at pointer: JSONPointer, into changes: inout [FieldChange]) {
        guard case .object(let old) = self, case .object(let new) = later else {
            if self != later { changes.append(FieldChange(pointer, before: self, after: later)) }
            return
        }
        for member in old {
            let place = pointer.appending(member.key)
            if let value = new[member.key] {
                member.value.collectChanges(to: value, at: place, into: &changes)
            } else {
                changes.append(FieldChange(place, before: member.value, after: nil))
            }
        }
        for member in new where !old.contains(member.key) {
            changes.append(FieldChange(pointer.appending(member.key), before: nil, after: member.value))
        }
    }
}
