import API
import Foundation
import Hummingbird
import NIOCore
import StateRepo
import TestSupport
import Testing

@Suite("An answer that is made while it is sent", .timeLimit(.minutes(15)))
struct StreamTests {
    private static let head = "Host: x\r\nAuthorization: Bearer \(FakeServer.ownerToken)\r\n"

    private func server<Result: Sendable>(
        _ stream: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void,
        _ body: @escaping @Sendable (Int) async throws -> Result
    ) async throws -> Result {
        let handler: OperationHandler = { _ in
            let body = ResponseBody { writer in
                try await stream(&writer)
                try await writer.finish(nil)
            }
            return OperationResponse(.ok, .stream(body, contentType: "text/event-stream"))
        }
        return try await LiveServer.run(overriding: ["listItems": handler], body)
    }

    @Test("comes piece by piece, says no length, and ends; the connection serves the next request")
    func pieces() async throws {
        let answer = try await server { writer in
            for number in 0..<3 { try await writer.write(ByteBuffer(string: "\(number)")) }
        } _: { port in
            let get = "GET /api/items HTTP/1.1\r\n\(Self.head)"
            return try await RawConnection.exchange(port: port, "\(get)\r\n\(get)Connection: close\r\n\r\n")
        }
        let answers = answer.components(separatedBy: "HTTP/1.1 200 OK\r\n").dropFirst()
        #expect(answers.count == 2)
        for answer in answers {
            #expect(answer.lowercased().contains("transfer-encoding: chunked"))
            #expect(!answer.lowercased().contains("content-length"))
            #expect(answer.hasSuffix("\r\n\r\n1\r\n0\r\n1\r\n1\r\n1\r\n2\r\n0\r\n\r\n"))
        }
    }

    @Test("is not made for HEAD")
    func head() async throws {
        let answer = try await server { _ in
            Issue.record("it is made")
        } _: { port in
            try await RawConnection.exchange(
                port: port,
                "HEAD /api/items HTTP/1.1\r\n\(Self.head)Connection: close\r\n\r\n"
            )
        }
        #expect(answer.lowercased().contains("content-type: text/event-stream"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test("is cut off, so that the client can see it, when it cannot be made to its end")
    func broken() async throws {
        let answer = try await server { writer in
            try await writer.write(ByteBuffer(string: "half"))
            throw StateError(.unavailable, "no more")
        } _: { port in
            try await RawConnection.exchange(port: port, "GET /api/items HTTP/1.1\r\n\(Self.head)\r\n")
        }
        #expect(answer.hasSuffix("4\r\nhalf\r\n"))
    }

    @Test("is told when its client leaves")
    func departure() async throws {
        let (departures, departure) = AsyncStream<Void>.makeStream()
        let handler: OperationHandler = { request in
            request.presence.whenGone { departure.yield() }
            let body = ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "x\n\n"))
                for await _ in departures { break }
                try await writer.finish(nil)
            }
            return OperationResponse(.ok, .stream(body, contentType: "text/event-stream"))
        }
        try await LiveServer.run(overriding: ["listItems": handler]) { port in
            let headers = ["Authorization": "Bearer \(FakeServer.ownerToken)"]
            try await EventConnection.open(port: port, "/api/items", headers: headers) { connection in
                _ = try await connection.next()
            }
            // The server ends its connections before it stops: it does only when the stream above was told.
        }
    }
}
