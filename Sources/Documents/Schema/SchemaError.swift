/// What is wrong with the schemas themselves; a start-up error, never the fault of a checked value.
package struct SchemaError: Error, CustomStringConvertible {
    /// One fault and its place among the schemas.
    package struct Fault: Hashable, Sendable, CustomStringConvertible {
        package let code: Code
        /// The name that the document was registered under.
        package let schema: String
        package let pointer: JSONPointer
        package let message: String

        package var description: String { "\(schema)#\(pointer): \(message) (\(code.rawValue))" }
    }

    /// The stable reason of a fault.
    package enum Code: String, Sendable, CaseIterable {
        case unknownKeyword = "schema.unknown_keyword"
        case invalidKeyword = "schema.invalid_keyword"
        case invalidPattern = "schema.invalid_pattern"
        case unknownFormat = "schema.unknown_format"
        case unresolvedReference = "schema.unresolved_reference"
        case endlessReference = "schema.endless_reference"
        case duplicateID = "schema.duplicate_id"
        case tooDeep = "schema.too_deep"
    }

    /// Every fault that was found, in the order of the documents; never empty.
    package let faults: [Fault]

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
