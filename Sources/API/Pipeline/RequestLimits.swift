import Documents
import HTTPTypes

/// How much of a request is accepted; the HTTP parser's own limits lie above these.
package enum RequestLimits {
    /// The body, unless the operation says otherwise with `x-maximum-bytes`.
    package static let maximumBodyBytes = 1 << 20
    /// The target of the request line.
    package static let maximumTargetBytes = 8 << 10
    package static let maximumHeaderCount = 100
    /// All headers as they are written, with separators and line ends.
    package static let maximumHeaderBytes = 16 << 10
    /// Pairs in the query.
    package static let maximumQueryPairs = 200

    /// The parser's limit for one header and for all of them, where it answers 400 by itself.
    static let parserHeaderBytes = 80 << 10
    static let parserHeaderCount = 1000

    /// Refuses a target or headers that are too large.
    static func check(_ head: HTTPRequest) throws {
        guard head.path?.utf8.count ?? 0 <= maximumTargetBytes else {
            throw ProblemError(
                .uriTooLong,
                "The address has more than \(maximumTargetBytes) bytes.",
                details: ["maximum_bytes": JSONValue(maximumTargetBytes)]
            )
        }
        let hasHost = head.authority != nil
        guard head.headerFields.count + (hasHost ? 1 : 0) <= maximumHeaderCount else {
            throw ProblemError(
                .headersTooLarge,
                "The request has more than \(maximumHeaderCount) headers.",
                details: ["maximum_count": JSONValue(maximumHeaderCount)]
            )
        }
        // Colon, space and line end.
        let separators = 4
        var size = head.authority.map { "Host".utf8.count + $0.utf8.count + separators } ?? 0
        for field in head.headerFields {
            size += field.name.rawName.utf8.count + field.withUnsafeBytesOfValue { $0.count } + separators
        }
        guard size <= maximumHeaderBytes else {
            throw ProblemError(
                .headersTooLarge,
                "The headers have more than \(maximumHeaderBytes) bytes.",
                details: ["maximum_bytes": JSONValue(maximumHeaderBytes)]
            )
        }
        try checkFraming(head.headerFields)
    }

    /// Refuses a body whose end two readers may see at two places (RFC 9112, section 6.1).
    private static func checkFraming(_ headers: HTTPFields) throws {
        guard headers.contains(.transferEncoding) else { return }
        let codings = headers[values: .transferEncoding]
        guard codings.count == 1 && codings[0].lowercased() == "chunked" else {
            throw ProblemError.parameter(
                "Transfer-Encoding",
                in: .header,
                code: .valueConst,
                "Send the body with Content-Length, or with “Transfer-Encoding: chunked” and nothing else."
            )
        }
    }
}
