/// Writes the text of an edited document: everything that is not concerned is copied from the old text.
struct JSONEditor {
    private let source: [UInt8]
    private let style: JSONStyle
    private let order: MemberOrder
    private(set) var output: [UInt8] = []

    init(source: [UInt8], style: JSONStyle, order: MemberOrder) {
        self.source = source
        self.style = style
        self.order = order
        output.reserveCapacity(source.count + 256)
    }

    /// Appends a part of the old text.
    mutating func copy(_ range: Range<Int>) { output += source[range] }

    /// Writes `new` in place of `old`, which stands at `node`; returns it with the members in the order of the text.
    mutating func edit(
        _ node: JSONOutline,
        from old: JSONValue,
        to new: JSONValue,
        at pointer: JSONPointer,
        in surroundings: Surroundings
    ) -> JSONValue {
        if old == new {
            copy(node.range)
            return old
        }
        switch (old, new) {
        case (.object(let old), .object(let new)) where !old.isEmpty && !new.isEmpty:
            let plan = EditPlan(from: old, to: new, ranks: order.ranks(at: pointer))
            let values = rebuild(node, from: old.map(\.value), as: plan, at: pointer)
            return .object(JSONObject(zip(plan.items.map { $0.name ?? "" }, values)))
        case (.array(let old), .array(let new)) where !old.isEmpty && !new.isEmpty:
            return .array(rebuild(node, from: old, as: EditPlan(from: old, to: new), at: pointer))
        default: return write(new, at: pointer, in: surroundings)
        }
    }

    /// Writes a container that keeps some of its old text.
    private mutating func rebuild(
        _ node: JSONOutline,
        from old: [JSONValue],
        as plan: EditPlan,
        at pointer: JSONPointer
    ) -> [JSONValue] {
        var list = EntryList(node, in: source, style: style)
        var values: [JSONValue] = []
        output.append(source[node.range.lowerBound])
        for (position, item) in plan.items.enumerated() {
            let lead = list.lead(of: item.entry, at: position)
            output += lead
            if let index = item.entry, old[index] == item.value {
                copy(list[index].start..<list[index].value.range.upperBound)
                values.append(old[index])
            } else {
                let surroundings = list.surroundings(at: item.entry, lead: lead)
                let place = pointer.appending(item.name ?? String(position))
                values.append(write(item, of: list, from: old, at: place, in: surroundings))
            }
            list.moveOn(to: item.entry)
            output += list.tail(of: item.entry, isLast: position == plan.items.count - 1)
            if position < plan.items.count - 1 { output.append(UInt8(ascii: ",")) }
        }
        output.append(source[node.range.upperBound - 1])
        return values
    }

    /// Writes a member or element that is changed or new.
    private mutating func write(
        _ item: EditPlan.Item,
        of list: EntryList,
        from old: [JSONValue],
        at pointer: JSONPointer,
        in surroundings: Surroundings
    ) -> JSONValue {
        if let index = item.entry {
            let entry = list[index]
            copy(entry.start..<entry.value.range.lowerBound)
            return edit(entry.value, from: old[index], to: item.value, at: pointer, in: surroundings)
        }
        if let name = item.name {
            JSONWriter.writeString(name, into: &output)
            output += list.colon
        }
        return write(item.value, at: pointer, in: surroundings)
    }

    /// Writes a value that has no counterpart in the old text.
    private mutating func write(
        _ value: JSONValue,
        at pointer: JSONPointer,
        in surroundings: Surroundings
    ) -> JSONValue {
        var formatter = JSONFormatter(style: style, order: order)
        formatter.style.indentUnit = surroundings.indentUnit ?? style.indentUnit
        let isInline = surroundings.isInline(like: value) ?? !surroundings.startsLine
        guard !isInline || (style.isMultiline && !formatter.fits(value, after: output)) else {
            return formatter.write(value, .inline, indentation: [], at: pointer, into: &output)
        }
        return formatter.write(value, .multiline, indentation: output.currentIndentation, at: pointer, into: &output)
    }
}
