extension JSONDocument {
    /// Where the value that `pointer` leads to starts; `nil` when it leads nowhere.
    ///
    /// Scans the text up to that place: no positions are stored.
    package func position(ofValueAt pointer: JSONPointer) -> SourcePosition? {
        offsets(of: pointer).map { SourcePosition(ofOffset: $0.value, in: source) }
    }

    /// Where the name of the member that `pointer` leads to starts; `nil` when it leads to no member of an object.
    package func position(ofKeyAt pointer: JSONPointer) -> SourcePosition? {
        offsets(of: pointer)?.name.map { SourcePosition(ofOffset: $0, in: source) }
    }

    private struct Offsets {
        var name: Int?
        var value: Int
    }

    private func offsets(of pointer: JSONPointer) -> Offsets? {
        var cursor = JSONCursor(source)
        cursor.skipWhitespace()
        var found = Offsets(name: nil, value: cursor.offset)
        var value = value
        for token in pointer.tokens {
            switch value {
            case .object(let object):
                guard let index = object.index(of: token) else { return nil }
                found.name = enterObject(&cursor, member: index)
                value = object[index].value
            case .array(let items):
                guard let index = JSONPointer.index(token), items.indices.contains(index) else { return nil }
                enterArray(&cursor, element: index)
                found.name = nil
                value = items[index]
            case .null, .bool, .number, .string: return nil
            }
            found.value = cursor.offset
        }
        return found
    }

    /// Moves to the value of the member at `index`, and returns where its name starts.
    private func enterObject(_ cursor: inout JSONCursor, member index: Int) -> Int {
        cursor.offset += 1
        cursor.skipWhitespace()
        for _ in 0..<index {
            cursor.skipName()
            cursor.skipValue()
            cursor.skipComma()
        }
        let name = cursor.offset
        cursor.skipName()
        return name
    }

    private func enterArray(_ cursor: inout JSONCursor, element index: Int) {
        cursor.offset += 1
        cursor.skipWhitespace()
        for _ in 0..<index {
            cursor.skipValue()
            cursor.skipComma()
        }
    }
}
