import API
import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@Suite("A connection, byte by byte")
struct ConnectionTests {
    private static let bearer = "Authorization: Bearer \(FakeServer.ownerToken)\r\n"

    /// Sends one text to a fresh server and returns all it answers until it closes the connection.
    private func exchange(_ text: String) async throws -> String {
        try await LiveServer.run { port in try await RawConnection.exchange(port: port, text) }
    }

    private func status(_ answer: String) -> String {
        String(answer.prefix { $0 != "\r\n" }.split(separator: " ").dropFirst().first ?? "")
    }

    @Test(
        "The largest target is read, a larger one is 414 with our body, one beyond the parser's limit a bare 400",
        arguments: [(8 << 10, "404"), ((8 << 10) + 1, "414"), (70 << 10, "414"), (100 << 10, "400")]
    )
    func target(_ length: Int, _ expected: String) async throws {
        let target = "/" + String(repeating: "a", count: length - 1)
        let answer = try await exchange("GET \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(status(answer) == expected)
        #expect(answer.contains("\"code\":\"request.uri_too_long\"") == (expected == "414"))
    }

    @Test(
        "So many headers as are allowed are read, one more is 431, far more a bare 400",
        arguments: [(100, "200"), (101, "431"), (900, "431"), (2000, "400")]
    )
    func headerCount(_ count: Int, _ expected: String) async throws {
        let extra = (0..<(count - 2)).map { "x-\($0): 1\r\n" }.joined()
        let answer = try await exchange("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(extra)\r\n")
        #expect(status(answer) == expected)
        #expect(answer.contains("\"code\":\"request.headers_too_large\"") == (expected == "431"))
    }

    @Test(
        "Headers of the size that is allowed are read, one byte more is 431, far more a bare 400",
        arguments: [(0, "200"), (1, "431"), (40 << 10, "431"), (100 << 10, "400")]
    )
    func headerSize(_ excess: Int, _ expected: String) async throws {
        let fixed = "Host: x\r\nConnection: close\r\nx-filler: \r\n".utf8.count
        let filler = String(repeating: "a", count: RequestLimits.maximumHeaderBytes - fixed + excess)
        let answer = try await exchange(
            "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-filler: \(filler)\r\n\r\n"
        )
        #expect(status(answer) == expected)
        #expect(answer.contains("\"code\":\"request.headers_too_large\"") == (expected == "431"))
    }

    @Test("A declared body that is too large is refused before any of it comes, and the connection is closed")
    func declaredSize() async throws {
        let answer = try await exchange(
            "POST /api/items HTTP/1.1\r\nHost: x\r\n\(Self.bearer)Content-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n"
        )
        #expect(status(answer) == "413")
        #expect(answer.contains("\"code\":\"request.too_large\""))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test("A body without a length is refused once it is too large; the answer arrives although more was coming")
    func endlessBody() async throws {
        let answer = try await LiveServer.run { port in
            try await RawConnection.exchange(port: port) { outbound in
                let head =
                    "POST /api/items HTTP/1.1\r\nHost: x\r\n\(Self.bearer)Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                try await outbound.write(ByteBuffer(string: head))
                let chunk = ByteBuffer(string: "10000\r\n\(String(repeating: " ", count: 65536))\r\n")
                while !Task.isCancelled { try await outbound.write(chunk) }
            }
        }
        #expect(status(answer) == "413")
        #expect(answer.contains("\"code\":\"request.too_large\""))
    }

    @Test("Nobody without a credential makes the server read a large body")
    func unauthenticatedBody() async throws {
        let answer = try await exchange("POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        #expect(status(answer) == "401")
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test("Who asks whether to send the body is told to go on")
    func expectation() async throws {
        let answer = try await LiveServer.run { port in
            try await RawConnection.exchange(port: port) { outbound in
                let head =
                    "POST /api/items HTTP/1.1\r\nHost: x\r\n\(Self.bearer)Content-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 12\r\n\r\n"
                try await outbound.write(ByteBuffer(string: head))
                try await outbound.write(ByteBuffer(string: #"{"name":"a"}"#))
            }
        }
        #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
    }

    static let unwanted: [(String, String)] = [
        ("Content-Length: 12\r\n", "401"), ("\(bearer)Content-Length: 12000000\r\n", "413"),
    ]

    @Test("Who asks first does not send a body in vain", arguments: unwanted)
    func expectationNotMet(_ headers: String, _ status: String) async throws {
        let head =
            "POST /api/items HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n\(headers)\r\n"
        let answer = try await exchange(head)
        #expect(self.status(answer) == status)
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test("A packed body is refused as such", arguments: ["gzip", "br", "identity, gzip"])
    func packedBody(_ coding: String) async throws {
        let head =
            "POST /api/items HTTP/1.1\r\nHost: x\r\n\(Self.bearer)Content-Type: application/json\r\nContent-Encoding: \(coding)\r\nConnection: close\r\nContent-Length: 12\r\n\r\n"
        let answer = try await exchange(head + #"{"name":"a"}"#)
        #expect(status(answer) == "415")
        #expect(answer.contains("\"code\":\"request.unsupported_media_type\""))
    }

    @Test("A connection serves one request after the other, also when they come together")
    func pipelining() async throws {
        let get = "GET /healthz HTTP/1.1\r\nHost: x\r\n"
        let answer = try await exchange(
            "\(get)\r\nHEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n\(get)Connection: close\r\n\r\n"
        )
        #expect(answer.components(separatedBy: "HTTP/1.1 200 OK\r\n").count == 4)
    }

    @Test(
        "HTTP/1.0 gets one answer and the end of the connection, whatever it asks for and whatever comes after",
        arguments: ["", "Connection: keep-alive\r\n", "Expect: 100-continue\r\n"]
    )
    func oldVersion(_ headers: String) async throws {
        let get = "GET /healthz HTTP/1.0\r\nHost: x\r\n\(headers)\r\n"
        let answer = try await exchange(get + get)
        #expect(answer.hasPrefix("HTTP/1.0 200 OK\r\n"))
        #expect(answer.lowercased().contains("connection: close"))
        #expect(answer.components(separatedBy: "HTTP/1.").count == 2)
    }

    @Test(
        "The last request of a connection may come with others, and says so in any case",
        arguments: ["Close", "te, close"]
    )
    func lastRequest(_ option: String) async throws {
        let get = "GET /healthz HTTP/1.1\r\nHost: x\r\n"
        let answer = try await exchange("\(get)\r\n\(get)Connection: \(option)\r\n\r\n\(get)\r\n")
        #expect(answer.components(separatedBy: "HTTP/1.1 200 OK\r\n").count == 3)
        #expect(answer.lowercased().components(separatedBy: "connection: close").count == 2)
    }

    @Test("An answer that is larger than what a connection holds comes whole before it ends")
    func largeLastAnswer() async throws {
        let size = 8 << 20
        let large: OperationHandler = { _ in
            OperationResponse(.ok, .bytes(ByteBuffer(repeating: 0x61, count: size), contentType: "text/plain"))
        }
        for version in ["1.0", "1.1"] {
            let answer = try await LiveServer.run(overriding: ["getHealth": large]) { port in
                try await RawConnection.exchange(
                    port: port,
                    "GET /healthz HTTP/\(version)\r\nHost: x\r\nConnection: close\r\n\r\n",
                    maximum: 2 * size
                )
            }
            #expect(answer.utf8.count > size)
        }
    }

    static let framings: [(String, String)] = [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
        ("Content-Length: 5\r\nContent-Length: 6\r\n\r\n", "400"), ("Content-Length: +5\r\n\r\n", "400"),
        ("Content-Length : 5\r\n\r\n", "400"), ("X: a\r\n b\r\n\r\n", "400"), ("X: a\nb: c\r\n\r\n", "400"),
        ("Transfer-Encoding: xchunked\r\n\r\n", "400"),
        ("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "400"),
        ("Transfer-Encoding: chunked\r\n\r\n-1\r\n", "405"),
    ]

    @Test("Of two readings of where a request ends none is tried: there is one answer", arguments: framings)
    func smuggling(_ rest: String, _ expected: String) async throws {
        let second = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        let answer = try await exchange("POST /healthz HTTP/1.1\r\nHost: x\r\n\(rest)\(second)")
        #expect(status(answer) == expected)
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
    }

    @Test("The answer says who serves, and when")
    func serverHeaders() async throws {
        let answer = try await exchange("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").lowercased()
        #expect(answer.contains("\r\nserver: gitplane\r\n"))
        #expect(answer.contains("\r\ndate: "))
    }

    @Test("TRACE shows nobody what they sent")
    func trace() async throws {
        let answer = try await exchange(
            "TRACE /healthz HTTP/1.1\r\nHost: x\r\nX-Secret: 1\r\nConnection: close\r\n\r\n"
        )
        #expect(status(answer) == "405")
        #expect(!answer.contains("X-Secret"))
    }
}
