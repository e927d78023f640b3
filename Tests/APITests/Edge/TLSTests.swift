import API
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@Suite("HTTPS")
struct TLSTests {
    private func withServer<Result: Sendable>(
        handlers: [String: OperationHandler] = [:],
        _ body: @escaping @Sendable (_ port: Int, CertificateFiles, TLSCertificate) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { folder in
            let files = CertificateFiles(in: folder)
            try files.write(TestCertificates.one)
            let certificate = try TLSCertificate(certificatePath: files.certificate, keyPath: files.key)
            let edge = EdgeRules(hosts: HostRules(names: ["x"]), certificate: certificate)
            return try await LiveServer.run(overriding: handlers, edge: edge) { port in
                try await body(port, files, certificate)
            }
        }
    }

    /// Runs `body` with a client that trusts only `trusted`.
    private static func withClient<Result: Sendable>(
        trusting trusted: TestCertificates.Pair,
        _ version: HTTPClient.Configuration.HTTPVersion = .automatic,
        _ body: (HTTPClient) async throws -> Result
    ) async throws -> Result {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(trusted.certificate.utf8)))
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = version
        let client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        do {
            let result = try await body(client)
            try await client.shutdown()
            return result
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    private static func request(_ port: Int, _ path: String = "/healthz") -> HTTPClientRequest {
        HTTPClientRequest(url: "https://localhost:\(port)\(path)")
    }

    /// A request of the owner that a test may hold up.
    private static func validation(_ port: Int) -> HTTPClientRequest {
        var request = request(port, "/api/items/validate")
        request.method = .POST
        request.headers.add(name: "authorization", value: "Bearer \(FakeServer.ownerToken)")
        return request
    }

    @Test("A client gets HTTP/2 when it can and HTTP/1.1 otherwise, and is told to stay with TLS")
    func versions() async throws {
        try await withServer { port, _, _ in
            for (wanted, expected) in [
                (HTTPClient.Configuration.HTTPVersion.automatic, HTTPVersion.http2), (.http1Only, .http1_1),
            ] {
                let answer = try await Self.withClient(trusting: TestCertificates.one, wanted) { client in
                    try await client.execute(Self.request(port), timeout: .seconds(30))
                }
                #expect(answer.version == expected)
                #expect(answer.status == .ok)
                #expect(answer.headers.first(name: "strict-transport-security") == "max-age=31536000")
            }
        }
    }

    @Test("Over HTTP/2 the same checks answer: host, credential, size of the body")
    func checks() async throws {
        try await withServer { port, _, _ in
            try await Self.withClient(trusting: TestCertificates.one) { client in
                var host = Self.request(port)
                host.headers.add(name: "host", value: "evil.test")
                #expect(try await client.execute(host, timeout: .seconds(30)).status == .misdirectedRequest)
                let items = try await client.execute(Self.request(port, "/api/items"), timeout: .seconds(30))
                #expect(items.status == .unauthorized)
                var large = Self.request(port, "/api/items")
                large.method = .POST
                large.headers.add(name: "authorization", value: "Bearer \(FakeServer.ownerToken)")
                large.headers.add(name: "content-type", value: "application/json")
                large.body = .bytes(ByteBuffer(repeating: 0x20, count: 3 << 20))
                let refused = try await client.execute(large, timeout: .seconds(30))
                #expect(refused.status == .payloadTooLarge)
                #expect(refused.headers.first(name: "connection") == nil)
                #expect(try await client.execute(Self.request(port), timeout: .seconds(30)).status == .ok)
            }
        }
    }

    @Test("New files are taken for new connections; a request on an old one is not cut off")
    func renewal() async throws {
        let (started, begun) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let slow: OperationHandler = { request in
            begun.finish()
            for await _ in released {}
            return try await FakeServer.echo(request)
        }
        try await withServer(handlers: ["validateItems": slow]) { port, files, certificate in
            try await Self.withClient(trusting: TestCertificates.one) { client in
                let request = Self.validation(port)
                async let old = client.execute(request, timeout: .seconds(30))
                for await _ in started {}
                #expect(try !certificate.reload())
                try files.write(TestCertificates.two)
                #expect(try certificate.reload())
                #expect(try !certificate.reload())
                let new = try await Self.withClient(trusting: TestCertificates.two) { client in
                    try await client.execute(Self.request(port), timeout: .seconds(30)).status
                }
                #expect(new == .ok)
                release.finish()
                #expect(try await old.status == .ok)
            }
            await #expect(throws: (any Error).self) {
                try await Self.withClient(trusting: TestCertificates.one) { client in
                    try await client.execute(Self.request(port), timeout: .seconds(3))
                }
            }
        }
    }

    @Test("While the files are of no use the old certificate stays, and the fault is told once")
    func failedRenewal() async throws {
        try await withServer { port, files, certificate in
            try files.write(certificate: TestCertificates.two.certificate)
            #expect(throws: TLSCertificate.Failure.self) { try certificate.reload() }
            #expect(try !certificate.reload())
            let status = try await Self.withClient(trusting: TestCertificates.one) { client in
                try await client.execute(Self.request(port), timeout: .seconds(30)).status
            }
            #expect(status == .ok)
            try files.write(key: TestCertificates.two.key)
            #expect(try certificate.reload())
        }
    }

    @Test("Who speaks plain HTTP to it gets nothing")
    func plain() async throws {
        try await withServer { port, _, _ in
            let answer = try await RawConnection.exchange(port: port, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(!answer.contains("HTTP/1.1 200"))
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let certificate: String?
        let key: String?
        let file: TLSCertificate.Failure.File
    }

    static let faults = [
        Fault(testDescription: "no certificate", certificate: nil, key: TestCertificates.one.key, file: .certificate),
        Fault(testDescription: "no key", certificate: TestCertificates.one.certificate, key: nil, file: .key),
        Fault(
            testDescription: "an empty certificate",
            certificate: "",
            key: TestCertificates.one.key,
            file: .certificate
        ),
        Fault(testDescription: "an empty key", certificate: TestCertificates.one.certificate, key: "", file: .key),
        Fault(testDescription: "no PEM", certificate: "x", key: TestCertificates.one.key, file: .certificate),
        Fault(
            testDescription: "files exchanged",
            certificate: TestCertificates.one.key,
            key: TestCertificates.one.certificate,
            file: .certificate
        ),
        Fault(
            testDescription: "the key of another certificate",
            certificate: TestCertificates.one.certificate,
            key: TestCertificates.two.key,
            file: .pair
        ),
    ]

    @Test("Files that cannot be used are told apart", arguments: faults)
    func wrong(_ fault: Fault) async throws {
        try await withTemporaryDirectory { folder in
            let files = CertificateFiles(in: folder)
            if let text = fault.certificate { try files.write(certificate: text) }
            if let text = fault.key { try files.write(key: text) }
            let failure = #expect(throws: TLSCertificate.Failure.self) {
                try TLSCertificate(certificatePath: files.certificate, keyPath: files.key)
            }
            #expect(failure?.file == fault.file)
        }
    }
}
