import API
import Foundation
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import TestSupport
import Testing

/// What is tested is that the process is still there: a channel whose writer is dropped before it is finished ends it.
@Suite("Connections that are dropped")
struct DroppedConnectionTests {
    /// How far a request comes before its client goes.
    static let stages = [
        "", "GET /hea", "GET /healthz HTTP/1.1\r\n", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET",
        "POST /api/items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(FakeServer.ownerToken)\r\n"
            + "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"na",
        "POST /api/items HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "no HTTP\r\n\r\n",
    ]

    enum Ending: CaseIterable {
        /// FIN.
        case close
        /// RST, at once.
        case reset
        /// FIN of one half; the answer is not read.
        case halfClose
    }

    private static let get = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    private static func connect(_ port: Int) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port).get()
    }

    private static func drop(_ channel: any Channel, _ ending: Ending) async throws {
        switch ending {
        case .close: break
        case .reset:
            let options = channel as? any SocketOptionProvider
            try await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        case .halfClose: try await channel.close(mode: .output).get()
        }
        try await channel.close()
    }

    /// Sends each stage over connections of its own, drops them, and goes on until the server has answered somebody else.
    private func dropAll(_ port: Int, _ ending: Ending) async throws {
        for stage in Self.stages {
            for _ in 0..<3 {
                let channel = try await Self.connect(port)
                try await channel.writeAndFlush(ByteBuffer(string: stage))
                // Who speaks no TLS may have been shown the door already.
                do { try await Self.drop(channel, ending) } catch is IOError {} catch is ChannelError {}
            }
        }
    }

    @Test("Whatever a client has sent and however it goes, the next one is served", arguments: Ending.allCases)
    func plain(_ ending: Ending) async throws {
        let answer = try await LiveServer.run { port in
            try await dropAll(port, ending)
            return try await RawConnection.exchange(port: port, Self.get)
        }
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
    }

    @Test("Neither does one harm who goes before TLS stands, or speaks none", arguments: Ending.allCases)
    func encrypted(_ ending: Ending) async throws {
        try await withTemporaryDirectory { folder in
            let files = CertificateFiles(in: folder)
            try files.write(TestCertificates.one)
            let certificate = try TLSCertificate(certificatePath: files.certificate, keyPath: files.key)
            let edge = EdgeRules(hosts: HostRules(names: ["x"]), certificate: certificate)
            try await LiveServer.run(edge: edge) { port in
                try await dropAll(port, ending)
            }
        }
    }

    @Test("A server that stops while clients come leaves none half served")
    func stopping() async throws {
        for round in 0..<10 {
            let channels = try await LiveServer.run { port in
                var channels: [any Channel] = []
                for number in 0..<20 {
                    let channel = try await Self.connect(port)
                    if number.isMultiple(of: 2) {
                        try await channel.writeAndFlush(ByteBuffer(string: Self.stages[round % Self.stages.count]))
                    }
                    channels.append(channel)
                }
                // Half of them go while the server stops.
                for channel in channels.prefix(10) { channel.close(promise: nil) }
                return channels
            }
            for channel in channels {
                do { try await channel.close() } catch ChannelError.alreadyClosed {}
            }
        }
    }
}
