import GitTransport
import HTTPTypes
import Hummingbird
import NIOCore
import StateRepo

/// The body of a request of git's, inflated when it came as gzip, and at most as large as it may be.
struct GitRequestBody: GitInput, ~Copyable {
    private let maximumSize: Int
    private var source: RequestBody.AsyncIterator
    private var inflater: GzipInflater?
    private var size = 0

    /// - Parameter maximumSize: in bytes, inflated.
    /// - Throws: ``ProblemError`` 413 for a declared length beyond it, 415 for an encoding other than gzip.
    init(_ request: OperationRequest, maximumSize: Int) throws {
        guard let stream = request.stream else {
            preconditionFailure("\(request.operation.id) takes no streamed body")
        }
        self.maximumSize = maximumSize
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximumSize {
            throw ProblemError.tooLarge(maximumSize)
        }
        switch request.headers[.contentEncoding]?.lowercased() {
        case nil, "identity": inflater = nil
        case "gzip", "x-gzip": inflater = try GzipInflater()
        default: throw ProblemError.unsupportedCoding(["gzip"])
        }
        source = stream.makeAsyncIterator()
    }

    mutating func next() async throws -> ByteBuffer? {
        while true {
            if let piece = try inflated() { return try counted(piece) }
            guard let part = try await received() else {
                try finishInflating()
                return nil
            }
            guard inflater != nil else { return try counted(part) }
            inflater?.feed(Array(part.readableBytesView))
        }
    }

    private mutating func received() async throws -> ByteBuffer? {
        do {
            return try await source.next()
        } catch  where BodyReader.isCutShort(error) {
            throw GitServiceError(.malformed, "The body ends too early.")
        }
    }

    /// All of it.
    mutating func collect() async throws -> ByteBuffer {
        var all = ByteBuffer()
        while let part = try await next() { all.writeImmutableBuffer(part) }
        return all
    }

    private mutating func counted(_ part: ByteBuffer) throws -> ByteBuffer {
        size += part.readableBytes
        guard size <= maximumSize else { throw ProblemError.tooLarge(maximumSize) }
        return part
    }

    private mutating func inflated() throws -> ByteBuffer? {
        do {
            return try inflater?.next().map { ByteBuffer(bytes: $0) }
        } catch {
            throw GitServiceError(.malformed, "The body does not inflate: \(error.message).")
        }
    }

    private mutating func finishInflating() throws {
        do {
            try inflater?.finish()
        } catch {
            throw GitServiceError(.malformed, "The body does not inflate: \(error.message).")
        }
    }
}
