import HTTPTypes
import TestSupport
import Testing

@testable import API

@Suite("What a connection of HTTP/2 may do")
struct HTTP2LimitTests {
    private typealias Frame = RawHTTP2.Frame

    /// The codes of RFC 9113, section 7.
    private enum Code {
        static let protocolError = 0x1
        static let flowControl = 0x3
        static let calm = 0xB
    }

    private static let json = [
        ("authorization", "Bearer \(FakeServer.ownerToken)"), ("content-type", "application/json"),
    ]

    private func exchange(
        _ frames: [RawHTTP2.Frame],
        handlers: [String: OperationHandler] = [:],
        until isEnough: @escaping @Sendable (RawHTTP2.Frame) -> Bool = { _ in false }
    ) async throws -> [RawHTTP2.Frame] {
        try await withTemporaryDirectory { folder in
            let files = CertificateFiles(in: folder)
            try files.write(TestCertificates.one)
            let certificate = try TLSCertificate(certificatePath: files.certificate, keyPath: files.key)
            return try await LiveServer.run(overriding: handlers, edge: EdgeRules(certificate: certificate)) { port in
                try await RawHTTP2.exchange(port: port, frames, until: isEnough)
            }
        }
    }

    /// Sends frames and then a request: whether it is answered, or the connection ended, and why.
    private func outcome(_ frames: [Frame], last stream: Int = 9_999) async throws -> String {
        let all = frames + RawHTTP2.request("GET", "/healthz", on: stream)
        let received = try await exchange(all) { $0.stream == stream && $0.status != nil || $0.kind == .goAway }
        guard let last = received.last else { return "nothing" }
        return last.status ?? last.errorCode.map { "\($0)" } ?? "\(last.kind)"
    }

    /// A request whose headers have so many bytes by the count of ``RequestLimits``.
    private func request(headerBytes: Int) -> [Frame] {
        let fixed = "Host: localhost\r\nx-filler: \r\n".utf8.count
        let filler = String(repeating: "a", count: headerBytes - fixed)
        return RawHTTP2.request("GET", "/healthz", on: 1, headers: [("x-filler", filler)])
    }

    @Test("The limits are told to the client at once")
    func settings() async throws {
        let frames = try await exchange([]) { $0.kind == .settings }
        let payload = try #require(frames.last?.payload)
        let settings = stride(from: 0, to: payload.count, by: 6).map { start in
            payload[start..<start + 6].reduce(0) { $0 << 8 | Int($1) }
        }
        #expect(settings.contains(3 << 32 | HTTP2Limits.maximumStreams))
        #expect(settings.contains(6 << 32 | RequestLimits.parserHeaderBytes))
    }

    @Test(
        "Headers of the size that is allowed are read, one byte more is 431, far more ends the connection",
        arguments: [
            (RequestLimits.maximumHeaderBytes, "200"), (RequestLimits.maximumHeaderBytes + 1, "431"),
            (70 << 10, "431"), (100 << 10, "\(Code.protocolError)"),
        ]
    )
    func headers(_ size: Int, _ expected: String) async throws {
        let frames = try await exchange(request(headerBytes: size)) { $0.status != nil || $0.kind == .goAway }
        let last = try #require(frames.last)
        #expect(last.status ?? last.errorCode.map { "\($0)" } == expected)
    }

    @Test("So many streams as are allowed wait for their bodies, and each goes on; one more ends the connection")
    func streams() async throws {
        func open(_ count: Int) -> [Frame] {
            (0..<count).flatMap { number in
                RawHTTP2.request("POST", "/api/items", on: 2 * number + 1, headers: Self.json, isWhole: false)
            }
        }
        let body = Frame(.data, on: 1, flags: Frame.endStream, Array(#"{"name":"a"}"#.utf8))
        let all = open(HTTP2Limits.maximumStreams) + [body]
        let frames = try await exchange(all) { $0.stream == 1 && $0.status != nil || $0.kind == .goAway }
        #expect(frames.last?.status == "200")
        let refused = try await exchange(open(HTTP2Limits.maximumStreams + 1)) { $0.kind == .goAway }
        #expect(refused.last?.errorCode == Code.protocolError)
    }

    @Test("A body needs no length; what comes after the answer to it is not read to its end")
    func bodies() async throws {
        let body = [
            Frame(.data, on: 1, Array(#"{"name":"#.utf8)),
            Frame(.data, on: 1, flags: Frame.endStream, Array(#""a"}"#.utf8)),
        ]
        let head = RawHTTP2.request("POST", "/api/items", on: 1, headers: Self.json, isWhole: false)
        #expect(try await exchange(head + body) { $0.status != nil || $0.errorCode != nil }.last?.status == "200")
        let unasked = RawHTTP2.request("POST", "/api/items", on: 1, isWhole: false)
        let frames = try await exchange(unasked) { $0.kind == .reset || $0.kind == .goAway }
        #expect(frames.contains { $0.status == "401" })
        #expect(frames.last?.kind == .reset)
    }

    @Test("Who opens streams and resets them loses the connection")
    func resets() async throws {
        func frames(_ count: Int) -> [Frame] {
            (0..<count).flatMap { number in
                RawHTTP2.request("POST", "/api/items", on: 2 * number + 1, headers: Self.json, isWhole: false)
                    + [Frame(.reset, on: 2 * number + 1, [0, 0, 0, 8])]
            }
        }
        #expect(try await outcome(frames(HTTP2Limits.maximumResets)) == "200")
        #expect(try await outcome(frames(HTTP2Limits.maximumResets + 1)) == "\(Code.calm)")
    }

    static let control: [(RawHTTP2.Frame.Kind, Int, Int)] = [(.ping, 0, 8), (.settings, 0, 0), (.priority, 1, 5)]

    @Test("Who sends frames that only keep the server busy loses the connection", arguments: control)
    func controlFrames(_ kind: RawHTTP2.Frame.Kind, _ stream: Int, _ size: Int) async throws {
        let frame = Frame(kind, on: stream, [UInt8](repeating: 0, count: size))
        // Two are of the beginning: the client's settings, and its word on the server's.
        let allowed = [Frame](repeating: frame, count: HTTP2Limits.maximumControlFrames - 2)
        #expect(try await outcome(allowed) == "200")
        #expect(try await outcome(allowed + [frame]) == "\(Code.calm)")
    }

    @Test("Headers in many parts that say nothing end the connection")
    func continuations() async throws {
        func frames(_ count: Int) -> [Frame] {
            let head = RawHTTP2.request("GET", "/healthz", on: 1)[0]
            let rest = (1...count).map { Frame(.continuation, on: 1, flags: $0 == count ? Frame.endHeaders : 0) }
            return [Frame(.headers, on: 1, flags: Frame.endStream, head.payload)] + rest
        }
        #expect(try await outcome(frames(HTTP2Limits.maximumContinuations)) == "200")
        #expect(try await outcome(frames(HTTP2Limits.maximumContinuations + 2)) == "\(Code.calm)")
    }

    @Test("A body in many parts that hold nothing ends the connection")
    func emptyFrames() async throws {
        func frames(_ count: Int) -> [Frame] {
            RawHTTP2.request("POST", "/api/items", on: 1, headers: Self.json, isWhole: false)
                + [Frame](repeating: Frame(.data, on: 1), count: count)
        }
        #expect(try await outcome(frames(HTTP2Limits.maximumEmptyFrames)) == "200")
        #expect(try await outcome(frames(HTTP2Limits.maximumEmptyFrames + 1)) == "\(Code.calm)")
    }

    @Test("Who makes one error after the other loses the connection")
    func errors() async throws {
        func frames(_ count: Int) -> [Frame] {
            (0..<count).flatMap { RawHTTP2.request("GET", "/healthz", on: 2 * $0 + 1, headers: [("X-Upper", "1")]) }
        }
        #expect(try await outcome(frames(HTTP2Limits.maximumErrors)) == "200")
        #expect(try await outcome(frames(HTTP2Limits.maximumErrors + 1)) == "\(Code.calm)")
    }

    @Test("Who sends more than the server takes loses the connection")
    func window() async throws {
        let (held, release) = AsyncStream<Void>.makeStream()
        let idle: OperationHandler = { request in
            for await _ in held {}
            return try await FakeServer.echo(request)
        }
        let head = RawHTTP2.request("POST", "/api/items/validate", on: 1, headers: Self.json, isWhole: false)
        let body = [Frame](repeating: Frame(.data, on: 1, [UInt8](repeating: 0x20, count: 16_384)), count: 256)
        let frames = try await exchange(head + body, handlers: ["validateItems": idle]) { frame in
            if frame.errorCode != nil { release.finish() }
            return frame.errorCode != nil
        }
        #expect(frames.last?.errorCode == Code.flowControl)
    }
}
