import Documents
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import StateRepo
import Telemetry

/// Turns what a handler answered into the response of the server.
enum ResponseRenderer {
    static func response(
        _ answer: OperationResponse,
        of exchange: Exchange,
        _ logger: Logger
    ) -> Response {
        var headers = answer.headers
        var added = SecurityHeaders.missing(in: headers)
        added.append(HTTPField(name: .requestID, value: exchange.id))
        let body: ResponseBody
        switch answer.body {
        case .none: body = ResponseBody()
        case .json(let value): body = self.body(buffer(of: value), OperationResponse.json, &added)
        case .bytes(let bytes, let contentType): body = self.body(bytes, contentType, &added)
        case .stream(let stream, let contentType):
            added.append(HTTPField(name: .contentType, value: contentType))
            body = self.body(stream, exchange.names, logger)
        }
        // At once: each addition by itself costs as much.
        headers.append(contentsOf: added)
        var response = Response(status: answer.status, headers: headers, body: body)
        switch answer.status {
        // RFC 9110, section 8.6: neither says how long a body is that does not come.
        case .noContent, .notModified: response.headers[.contentLength] = nil
        default: break
        }
        return exchange.method == .head ? response.createHeadResponse() : response
    }

    private static func body(_ bytes: ByteBuffer, _ type: String, _ headers: inout [HTTPField]) -> ResponseBody {
        headers.append(HTTPField(name: .contentType, value: type))
        headers.append(HTTPField(name: .contentLength, value: String(bytes.readableBytes)))
        return ResponseBody(byteBuffer: bytes)
    }

    private static func body(_ stream: ResponseBody, _ names: Logger.Metadata, _ logger: Logger) -> ResponseBody {
        // What is done for the answer is part of the request, which has ended for the tracer by then.
        let parent = SpanParent.current
        return ResponseBody { writer in
            do {
                try await SpanParent.run(under: parent) { try await stream.write(writer) }
            } catch let error as StateError {
                // The status is sent already; anything else that is thrown says that the client has gone.
                let code: Logger.Metadata = ["error.code": .string(error.code.rawValue)]
                let metadata = names.merging(code) { $1 }
                logger.warning("answer broken off", metadata: metadata)
                throw error
            }
        }
    }

    private static func buffer(of value: JSONValue) -> ByteBuffer {
        var bytes: [UInt8] = []
        value.write(into: &bytes)
        return ByteBuffer(bytes: bytes)
    }
}
