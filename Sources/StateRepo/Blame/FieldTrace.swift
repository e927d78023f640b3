import Documents

/// Fields of a JSON document whose origin is still looked for: its scalars, arrays and empty objects, by their number.
///
/// Taking fields out costs as much as what is taken out, however many others there are.
struct FieldTrace {
    private struct Node {
        /// The number of the field, when this is one.
        var number: Int?
        var children: [JSONKey: Node] = [:]

        var isEmpty: Bool { number == nil && children.isEmpty }
    }

    private var root = Node()

    private init(root: Node) { self.root = root }

    /// All fields of `value`, numbered in its order.
    init(_ value: JSONValue) {
        var number = 0
        self.root = Self.node(value, &number)
    }

    private static func node(_ value: JSONValue, _ number: inout Int) -> Node {
        guard let object = value.objectValue, !object.isEmpty else {
            number += 1
            return Node(number: number - 1)
        }
        var node = Node()
        for member in object { node.children[JSONKey(member.key)] = Self.node(member.value, &number) }
        return node
    }

    /// The pointers to the fields of `value`, by number.
    static func pointers(of value: JSONValue, at pointer: JSONPointer = .root) -> [JSONPointer] {
        guard let object = value.objectValue, !object.isEmpty else { return [pointer] }
        return object.flatMap { pointers(of: $0.value, at: pointer.appending($0.key)) }
    }

    var isEmpty: Bool { root.isEmpty }

    /// The numbers of the fields, in no order.
    var numbers: [Int] {
        var found: [Int] = []
        Self.collect(root, into: &found)
        return found
    }

    private static func collect(_ node: Node, into found: inout [Int]) {
        if let number = node.number { found.append(number) }
        for child in node.children.values { collect(child, into: &found) }
    }

    /// Takes out the fields that `changes`, which led to the document, gave their value.
    mutating func take(_ changes: [FieldChange]) -> FieldTrace {
        var taken = Node()
        for change in changes {
            var tokens = change.pointer.tokens.map { JSONKey($0) }
            // What lost its last member became an empty object, which is a field.
            let isRemoval = change.after == nil
            if isRemoval, !tokens.isEmpty { tokens.removeLast() }
            Self.move(tokens[...], from: &root, to: &taken, onlyField: isRemoval)
        }
        return FieldTrace(root: taken)
    }

    /// - Parameter onlyField: whether what lies below the place stays.
    private static func move(
        _ path: ArraySlice<JSONKey>,
        from source: inout Node,
        to target: inout Node,
        onlyField: Bool
    ) {
        guard let key = path.first else {
            target.number = target.number ?? source.number
            source.number = nil
            guard !onlyField else { return }
            target.children.merge(source.children) { $1 }
            source.children = [:]
            return
        }
        guard var child = source.children[key] else { return }
        var other = target.children[key] ?? Node()
        move(path.dropFirst(), from: &child, to: &other, onlyField: onlyField)
        source.children[key] = child.isEmpty ? nil : child
        target.children[key] = other.isEmpty ? nil : other
    }
}
