package import Documents
package import HTTPTypes
package import HummingbirdCore
package import NIOCore
import StateRepo

/// What a handler answers; the request's id and the length are added by the pipeline.
package struct OperationResponse: Sendable {
    package enum Body: Sendable {
        case none
        case json(JSONValue)
        /// Rendered already, so that nothing is built per request.
        case bytes(ByteBuffer, contentType: String)
        /// Written as it is made, of a length that nobody knows before; for HEAD nothing of it is made. What it throws ends
        /// the connection, so that the client sees that something is missing.
        case stream(ResponseBody, contentType: String)
    }

    /// The media type of every JSON answer.
    package static let json = "application/json; charset=utf-8"

    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: Body
    /// The commit that the request has made; `nil` when it has made none.
    var commit: CommitID?

    package init(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer that shows state: its headers, and the tag of what it shows.
    package init(_ status: HTTPResponse.Status = .ok, state: StateHeaders, tag: EntityTag? = nil, _ body: Body = .none)
    {
        var headers = HTTPFields()
        headers.reserveCapacity(Self.usualHeaderCount)
        if let tag { headers.append(HTTPField(name: .eTag, value: tag.description)) }
        state.add(to: &headers)
        self.init(status, headers: headers, body)
    }

    private static let usualHeaderCount = 8

    package static var noContent: OperationResponse { OperationResponse(.noContent) }
}
