package import Documents
import HTTPTypes

/// The parameters of a query, checked; absent ones have the default of the contract.
package struct QueryValues: Sendable {
    /// One `name=value` of the query, both decoded.
    package struct Pair: Hashable, Sendable {
        package let name: String
        package let text: String

        package init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// As they stand in the request, in its order.
    package let pairs: [Pair]
    private let operation: Operation
    private let values: [(name: String, value: JSONValue)]

    /// - Parameter values: What the pairs mean, by parameter.
    init(_ operation: Operation, pairs: [Pair] = [], values: [(name: String, value: JSONValue)] = []) {
        self.operation = operation
        self.pairs = pairs
        self.values = values
    }

    /// Whether the request itself has the parameter.
    package func contains(_ name: String) -> Bool { values.contains { $0.name == name } }

    /// The value, else the default, else `nil`.
    package subscript(name: String) -> JSONValue? {
        if let given = values.first(where: { $0.name == name }) { return given.value }
        return operation.query.first { $0.name == name }?.defaultValue
    }

    package func text(_ name: String) -> String? { self[name]?.stringValue }

    package func integer(_ name: String) -> Int? { self[name]?.intValue }

    /// `false` when it is absent and has no default.
    package func flag(_ name: String) -> Bool { self[name]?.boolValue ?? false }

    /// Whether a flag without a default was given at all, and how.
    package func optionalFlag(_ name: String) -> Bool? { self[name]?.boolValue }

    /// The items of a list; empty when it is absent.
    package func texts(_ name: String) -> [String] { self[name]?.arrayValue?.compactMap(\.stringValue) ?? [] }
}

extension QueryValues {
    /// Gives the pairs the meaning they have to an operation.
    ///
    /// - Throws: ``ProblemError`` 400 `request.invalid_parameter` when one is unknown or wrong.
    package init(_ pairs: [Pair], for operation: Operation) throws {
        self = try QueryReader.read(pairs, HTTPFields(), for: operation)
    }
}
