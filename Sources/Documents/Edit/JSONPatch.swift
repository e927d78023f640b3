/// A JSON Patch (RFC 6902): operations that are applied one after the other, all or none.
package struct JSONPatch: Hashable, Sendable {
    /// The most operations a patch may have.
    package static let maximumOperations = 1_000

    package enum Operation: Hashable, Sendable {
        case add(JSONPointer, JSONValue)
        case remove(JSONPointer)
        case replace(JSONPointer, JSONValue)
        case move(from: JSONPointer, to: JSONPointer)
        case copy(from: JSONPointer, to: JSONPointer)
        case test(JSONPointer, JSONValue)
    }

    package let operations: [Operation]

    /// Takes operations in the order in which they are applied.
    ///
    /// - Throws: ``JSONPatchError/Code/tooManyOperations``.
    package init(_ operations: [Operation]) throws(JSONPatchError) {
        guard operations.count <= Self.maximumOperations else {
            throw JSONPatchError(.tooManyOperations, "a patch has at most \(Self.maximumOperations) operations")
        }
        self.operations = operations
    }

    /// Reads the JSON form of a patch; members that RFC 6902 does not name are ignored, as its section 4 asks.
    ///
    /// - Throws: ``JSONPatchError/Code/malformed`` or ``JSONPatchError/Code/tooManyOperations``.
    package init(_ value: JSONValue) throws(JSONPatchError) {
        guard case .array(let items) = value else {
            throw JSONPatchError(.malformed, "a JSON Patch is an array of operations, not \(value.kind)")
        }
        guard items.count <= Self.maximumOperations else {
            throw JSONPatchError(.tooManyOperations, "a patch has at most \(Self.maximumOperations) operations")
        }
        var operations: [Operation] = []
        for (index, item) in items.enumerated() { operations.append(try OperationReader(index, item).read()) }
        self.operations = operations
    }
}

/// Reads one operation from its JSON form.
private struct OperationReader {
    private let index: Int
    private let members: JSONObject

    init(_ index: Int, _ value: JSONValue) throws(JSONPatchError) {
        self.index = index
        guard case .object(let members) = value else {
            throw JSONPatchError(.malformed, "an operation is an object, not \(value.kind)", operation: index)
        }
        self.members = members
    }

    func read() throws(JSONPatchError) -> JSONPatch.Operation {
        guard let name = members["op"]?.stringValue else { throw malformed("“op” is missing or is no text") }
        return switch name {
        case "add": .add(try pointer("path"), try value())
        case "remove": .remove(try pointer("path"))
        case "replace": .replace(try pointer("path"), try value())
        case "move": .move(from: try pointer("from"), to: try pointer("path"))
        case "copy": .copy(from: try pointer("from"), to: try pointer("path"))
        case "test": .test(try pointer("path"), try value())
        default: throw malformed("“op” is none of add, remove, replace, move, copy and test")
        }
    }

    private func pointer(_ name: String) throws(JSONPatchError) -> JSONPointer {
        guard let text = members[name]?.stringValue else { throw malformed("“\(name)” is missing or is no text") }
        guard let pointer = JSONPointer(text) else { throw malformed("“\(name)” is not a JSON Pointer (RFC 6901)") }
        return pointer
    }

    private func value() throws(JSONPatchError) -> JSONValue {
        guard let value = members["value"] else { throw malformed("“value” is missing") }
        return value
    }

    private func malformed(_ message: String) -> JSONPatchError {
        JSONPatchError(.malformed, message, operation: index)
    }
}
