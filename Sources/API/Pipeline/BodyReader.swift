import Documents
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Reads the body of a request and checks it against the operation.
enum BodyReader {
    /// A body that fits.
    struct Result: Sendable {
        let document: JSONDocument
        let mediaType: MediaType
        /// Whether no answer may repeat anything of it.
        let isSecret: Bool
    }

    /// - Returns: `nil` when there is no body and none is needed.
    /// - Throws: ``ProblemError`` 413, 415, 400 `request.malformed_json` or 422 `request.invalid`, in this order.
    static func read(_ request: Request, for specification: BodySpecification) async throws -> Result? {
        let bytes = try await bytes(of: request, atMost: specification.maximumBytes)
        if bytes.isEmpty {
            guard specification.isRequired else { return nil }
            throw ProblemError(JSONSyntaxError(.malformed, "there is no body", at: SourcePosition(line: 1, column: 1)))
        }
        try Self.checkCoding(request.headers)
        let content = try content(request.headers[.contentType], specification)
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: bytes, limits: limits(specification.maximumBytes))
        } catch {
            throw ProblemError(content.schema.isSecret ? error.withoutQuotation : error)
        }
        let violations = content.schema.validate(document.value)
        guard violations.isEmpty else { throw ProblemError(violations, in: document) }
        return Result(document: document, mediaType: content.mediaType, isSecret: content.schema.isSecret)
    }

    /// The body of an operation that reads it itself, as it comes.
    ///
    /// - Throws: ``ProblemError`` 415 when it is not of the one type that the operation takes.
    static func stream(_ request: Request, _ specification: StreamSpecification) throws -> RequestBody {
        let contentType = request.headers[.contentType]?.utf8[...]
        guard contentType?.trimmingBlanks().equalsIgnoringCase(specification.mediaType) == true else {
            throw ProblemError.unsupportedMediaType([specification.mediaType])
        }
        return request.body
    }

    /// Whether so much may still come that the connection is closed rather than read to the end of a body that nobody
    /// wants.
    static func mayBeLarge(_ headers: HTTPFields) -> Bool {
        if let length = declaredLength(headers) { return length > worthReading }
        return headers.contains(.transferEncoding)
    }

    /// Up to this size a refused body is read to its end, so that the connection can be used again: 64 KiB.
    private static let worthReading = 64 << 10

    private static func declaredLength(_ headers: HTTPFields) -> Int? {
        headers.value(of: .contentLength).flatMap { Int($0) }
    }

    private static func bytes(of request: Request, atMost maximum: Int) async throws -> [UInt8] {
        let declared = declaredLength(request.headers)
        guard declared ?? 0 <= maximum else { throw ProblemError.tooLarge(maximum) }
        // Without either field there may be a body all the same: over HTTP/2 its end says how long it is.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(declared ?? 0)
        do {
            for try await part in request.body {
                guard bytes.count + part.readableBytes <= maximum else { throw ProblemError.tooLarge(maximum) }
                bytes.append(contentsOf: part.readableBytesView)
            }
        } catch  where isCutShort(error) {
            throw ProblemError.bodyCutShort(bytes)
        }
        guard declared == nil || declared == bytes.count else { throw ProblemError.bodyCutShort(bytes) }
        return bytes
    }

    /// Whether reading a body failed because its client ended it: a stream of HTTP/2 that was reset, or contradicts its length.
    static func isCutShort(_ error: any Error) -> Bool {
        switch error {
        case is ProblemError, is CancellationError, is HTTPParserError: false
        default: true
        }
    }

    /// A body that was packed is not taken for one that is no JSON.
    private static func checkCoding(_ headers: HTTPFields) throws {
        let codings = headers[values: .contentEncoding]
        guard codings.allSatisfy({ $0.lowercased() == "identity" }) else { throw ProblemError.unsupportedCoding([]) }
    }

    private static func content(
        _ contentType: String?,
        _ specification: BodySpecification
    ) throws -> BodySpecification.Content {
        let mediaType = contentType.flatMap(MediaType.init(contentType:))
        if let content = specification.contents.first(where: { $0.mediaType == mediaType }) { return content }
        throw ProblemError.unsupportedMediaType(specification.contents.map(\.mediaType.rawValue))
    }

    private static func limits(_ maximumBytes: Int) -> JSONLimits {
        let usual = JSONLimits.document
        let factor = max(1, maximumBytes / usual.maximumBytes)
        return JSONLimits(
            maximumBytes: maximumBytes,
            maximumDepth: usual.maximumDepth,
            maximumNodes: usual.maximumNodes * factor
        )
    }
}
