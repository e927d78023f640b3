package import Documents
package import HTTPTypes
package import Hummingbird
package import NIOCore

/// Writes a body piece by piece.
///
/// It does not end the body, which is what the pipeline does when it returns; when it throws, the connection is closed so
/// that the client sees that something is missing. A write waits for clients that read slowly, and throws when the
/// connection is gone.
package typealias BodyStream = @Sendable (_ writer: inout any ResponseBodyWriter) async throws -> Void

/// What a handler answers; the request's id and the length are added by the pipeline.
package struct OperationResponse: Sendable {
    package enum Body: Sendable {
        case none
        case json(JSONValue)
        /// Rendered already, so that nothing is built per request.
        case bytes(ByteBuffer, contentType: String)
        /// Made while it is sent, of a length that nobody knows before; for HEAD nothing of it is made.
        case stream(BodyStream, contentType: String)
    }

    /// The media type of every JSON answer.
    package static let json = "application/json; charset=utf-8"

    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: Body

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
