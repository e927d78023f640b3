import Documents
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import StateRepo

/// Turns what a handler answered into the response of the server.
enum ResponseRenderer {
    static func response(
        _ answer: OperationResponse,
        id: String,
        method: HTTPRequest.Method,
        _ logger: Logger
    ) -> Response {
        var headers = answer.headers
        headers.append(HTTPField(name: .requestID, value: id))
        SecurityHeaders.add(to: &headers)
        let body: ResponseBody
        switch answer.body {
        case .none: body = ResponseBody()
        case .json(let value):
            headers.append(HTTPField(name: .contentType, value: OperationResponse.json))
            body = ResponseBody(byteBuffer: buffer(of: value))
        case .bytes(let bytes, let contentType):
            headers.append(HTTPField(name: .contentType, value: contentType))
            body = ResponseBody(byteBuffer: bytes)
        case .stream(let stream, let contentType):
            headers.append(HTTPField(name: .contentType, value: contentType))
            body = self.body(stream, id: id, logger)
        }
        var response = Response(status: answer.status, headers: headers, body: body)
        switch answer.status {
        // RFC 9110, section 8.6: neither says how long a body is that does not come.
        case .noContent, .notModified: response.headers[.contentLength] = nil
        default: break
        }
        return method == .head ? response.createHeadResponse() : response
    }

    private static func body(_ stream: ResponseBody, id: String, _ logger: Logger) -> ResponseBody {
        ResponseBody { writer in
            do {
                try await stream.write(writer)
            } catch let error as StateError {
                // The status is sent already; anything else that is thrown says that the client has gone.
                let metadata: Logger.Metadata = [
                    "request.id": .string(id), "error.code": .string(error.code.rawValue),
                ]
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
