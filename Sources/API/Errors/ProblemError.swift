package import Documents
package import HTTPTypes

/// An answer that is not 2xx or 3xx: its status and the common body `{"code", "message", "details"?}`.
package struct ProblemError: Error, Sendable {
    package let status: HTTPResponse.Status
    /// Stable, `<domain>.<reason>`.
    package let code: String
    /// One English sentence for people; never a secret, a path of the host or a lower-level error.
    package let message: String
    /// An array of findings for validation errors, an object otherwise.
    package let details: JSONValue?
    /// What the status asks for beside the body, for instance `Allow`.
    package let headers: HTTPFields

    package init(
        _ code: RequestErrorCode,
        _ message: String,
        details: JSONValue? = nil,
        headers: HTTPFields = [:]
    ) {
        self.init(status: code.status, code: code.rawValue, message, details: details, headers: headers)
    }

    init(
        status: HTTPResponse.Status,
        code: String,
        _ message: String,
        details: JSONValue? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers
    }

    /// The body, members in the contract's order.
    package var body: JSONValue {
        var object: JSONObject = ["code": .string(code), "message": .string(message)]
        object["details"] = details
        return .object(object)
    }
}
