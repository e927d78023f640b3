package import Documents

/// Why the OpenAPI document cannot be served; it stops the start.
package struct ContractError: Error, CustomStringConvertible {
    /// One fault and its place in the document.
    package struct Fault: Hashable, Sendable, CustomStringConvertible {
        package let code: Code
        package let pointer: JSONPointer
        package let message: String

        package var description: String { "\(pointer): \(message) (\(code.rawValue))" }
    }

    /// The stable reason of a fault.
    package enum Code: String, Sendable, CaseIterable {
        /// Something that OpenAPI demands is missing or has the wrong form, or the server does not support it.
        case malformed = "contract.malformed"
        case duplicateOperation = "contract.duplicate_operation"
        /// Two templates that match the same paths with the same method.
        case duplicateRoute = "contract.duplicate_route"
        /// A protected operation that does not name exactly one scope.
        case scopeCount = "contract.scope_count"
        case unknownScope = "contract.unknown_scope"
        case schema = "contract.schema"
        case missingHandler = "contract.missing_handler"
        case surplusHandler = "contract.surplus_handler"
    }

    /// Every fault that was found; never empty.
    package let faults: [Fault]

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
