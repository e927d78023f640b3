package import Documents
package import HTTPTypes

/// The OpenAPI document, compiled: which operations there are and what their requests and responses look like.
///
/// It is the router's only source. See RFC 9110 for methods and statuses, OpenAPI 3.1 for the form of the document.
package struct Contract: Sendable {
    /// By this name faults and schemas speak of the document.
    static let id = "https://gitplane.dev/openapi/control-plane.json"

    /// The largest document that is loaded: 8 MiB.
    package static let limits = JSONLimits(maximumBytes: 8 << 20, maximumDepth: 64, maximumNodes: 1_000_000)

    /// In the order of the document.
    package let operations: [Operation]
    /// Every error code and its status, from the document's `x-error-codes`.
    package let errorStatuses: [String: Int]
    /// What bodies of errors look like that no operation answers: unknown routes and wrong methods.
    package let errorSchema: JSONSchema
    private let routes: RouteTable

    /// Compiles an OpenAPI document.
    ///
    /// - Throws: ``ContractError`` with every fault.
    package init(_ document: JSONValue) throws(ContractError) {
        var reader = ContractReader(document)
        reader.readOperations()
        let errorStatuses = reader.readErrorCodes()
        let errorSchema = reader.schema(at: ["components", "schemas", "Error"])
        guard let errorSchema, reader.faults.isEmpty else { throw ContractError(faults: reader.faults) }
        self.operations = reader.operations
        self.routes = reader.routes
        self.errorStatuses = errorStatuses
        self.errorSchema = errorSchema
    }

    /// What a request for this method and path (without the query) is about.
    package func match(_ method: HTTPRequest.Method, _ path: Substring) -> RouteTable.Match {
        routes.match(method, path)
    }

    package func operation(_ id: String) -> Operation? { operations.first { $0.id == id } }
}
