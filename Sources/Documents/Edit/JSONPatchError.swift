/// Why a JSON Patch cannot be read or applied.
package struct JSONPatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stable, machine-readable reason.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// Not a list of operations as RFC 6902, sections 3 and 4, has them.
        case malformed = "patch.malformed"
        case tooManyOperations = "patch.too_many_operations"
        /// The place an operation names, or the one it would add to, is not there.
        case pathNotFound = "patch.path_not_found"
        case testFailed = "patch.test_failed"
        case moveIntoChild = "patch.move_into_child"
        /// The whole document can be replaced, but not removed.
        case rootRemoved = "patch.root_removed"
        /// The result would be nested deeper than a document may be.
        case tooDeep = "patch.too_deep"
        /// The operations copy or move too much.
        case tooLarge = "patch.too_large"
    }

    package let code: Code
    package let message: String
    /// The failing operation, counted from 0; `nil` when the fault is the patch as a whole.
    package let operation: Int?
    /// The place in the document that the failure is about.
    package let pointer: JSONPointer?

    package init(_ code: Code, _ message: String, operation: Int? = nil, at pointer: JSONPointer? = nil) {
        self.code = code
        self.message = message
        self.operation = operation
        self.pointer = pointer
    }

    package var description: String {
        let place = operation.map { "operation \($0): " } ?? ""
        return "\(place)\(message) (\(code.rawValue))"
    }
}
