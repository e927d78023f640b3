import Access
import ArgumentParser
import Documents
import Foundation
import Logging
import Reconciler
import StateRepo
import TestSupport
import Testing

@testable import Gitplane

@Suite("The server's configuration")
struct ServerConfigurationTests {
    /// What a start is given, and what should come of it.
    struct Start: Sendable, CustomTestStringConvertible {
        var arguments: [String] = []
        var environment: [String: String] = [:]
        var file: String?

        var testDescription: String { "\(arguments) \(environment.sorted { $0.key < $1.key }) \(file ?? "")" }
    }

    private let schemas: SchemaRegistry

    init() throws { schemas = try ShippedRules.load().schemas.registry }

    private func load(_ start: Start) async throws -> ServerConfiguration {
        try await withTemporaryDirectory { folder in
            if let file = start.file {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: "data"),
                    withIntermediateDirectories: true
                )
                try Data(file.utf8).write(to: folder.appending(path: "data/gitplane.json"))
            }
            return try ServerConfiguration.load(
                flags: ServerFlags.parse(start.arguments),
                environment: start.environment,
                schemas: schemas,
                workingDirectory: folder.path
            )
        }
    }

    /// The places of all problems; file names without their folder.
    private func places(_ start: Start) async throws -> [String] {
        do {
            _ = try await load(start)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { problem in
                problem.place.split(separator: "/").last.map(String.init) ?? problem.place
            }
        }
    }

    @Test("has defaults for a start without anything")
    func defaults() async throws {
        let configuration = try await load(Start())
        #expect(configuration.dataDirectory.lastPathComponent == "data")
        #expect(configuration.dataDirectory.path.hasPrefix("/"))
        #expect(configuration.address == BindAddress(host: "127.0.0.1", port: 8090))
        #expect(configuration.logLevel == .info)
        #expect(configuration.logFormat == .text)
        #expect(configuration.publicOrigin == nil)
        #expect(configuration.workingTree == WorkingTreeSettings(mode: .adopt, quiet: .seconds(2)))
        #expect(configuration.warnings.isEmpty)
    }

    @Test(
        "takes the flag, else the variable, else the file",
        arguments: [
            (Start(file: #"{"port": 1}"#), 1),
            (Start(environment: ["CONTROL_PLANE_PORT": "2"], file: #"{"port": 1}"#), 2),
            (Start(environment: ["CONTROL_PLANE_PORT": ""], file: #"{"port": 1}"#), 1),
            (Start(arguments: ["--port", "3"], environment: ["CONTROL_PLANE_PORT": "2"], file: #"{"port": 1}"#), 3),
            (Start(arguments: ["--port=0"]), 0),
            (Start(arguments: ["--port=65535"]), 65_535),
        ]
    )
    func precedence(start: Start, port: Int) async throws {
        #expect(try await load(start).address.port == port)
    }

    @Test(
        "says how the working tree is kept",
        arguments: [
            (Start(arguments: ["--no-working-tree"]), nil), (Start(file: #"{"working_tree": false}"#), nil),
            (
                Start(environment: ["GITPLANE_WORKING_TREE_EDITS": "report", "GITPLANE_WORKING_TREE_QUIET": "250ms"]),
                WorkingTreeSettings(mode: .report, quiet: .milliseconds(250))
            ),
            (
                Start(file: #"{"working_tree_edits": "off", "working_tree_quiet": "1m"}"#),
                WorkingTreeSettings(mode: .off, quiet: .seconds(60))
            ),
        ]
    )
    func workingTree(start: Start, expected: WorkingTreeSettings?) async throws {
        #expect(try await load(start).workingTree == expected)
    }

    @Test(
        "says how often the repository is looked after, or that it is not",
        arguments: [
            (Start(), Duration.seconds(60)),
            (Start(environment: ["GITPLANE_MAINTENANCE": "250ms"]), .milliseconds(250)),
            (Start(file: #"{"maintenance": "5m"}"#), .seconds(300)), (Start(file: #"{"maintenance": "off"}"#), nil),
        ]
    )
    func maintenance(start: Start, expected: Duration?) async throws {
        #expect(try await load(start).maintenance == expected)
    }

    @Test("reads every setting of the file")
    func file() async throws {
        let text = #"""
            {"$schema": "x", "host": "::1", "port": 9, "insecure": false, "public_url": "https://agents.example.com",
             "log_level": "debug", "log_format": "json", "metrics_listen": "[::1]:9090"}
            """#
        let configuration = try await load(Start(file: text))
        #expect(configuration.address == BindAddress(host: "::1", port: 9))
        #expect(configuration.publicOrigin?.description == "https://agents.example.com")
        #expect(configuration.logLevel == .debug)
        #expect(configuration.metricsAddress == BindAddress(host: "::1", port: 9_090))
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.logFormat == .json)
    }

    @Test(
        "names the place of every wrong value",
        arguments: [
            (Start(arguments: ["--port", "65536"]), ["--port"]),
            (Start(arguments: ["--port", "+80"]), ["--port"]),
            (Start(arguments: ["--port", "eighty"]), ["--port"]),
            (Start(arguments: ["--host", "a b"]), ["--host"]),
            (Start(arguments: ["--log-level", "loud", "--log-format", "xml"]), ["--log-level", "--log-format"]),
            (Start(environment: ["CONTROL_PLANE_PORT": "tcp://10.0.0.1:80"]), ["CONTROL_PLANE_PORT"]),
            (Start(arguments: ["--port", "1"], environment: ["CONTROL_PLANE_PORT": "x"]), ["CONTROL_PLANE_PORT"]),
            (Start(environment: ["GITPLANE_PUBLIC_URL": "ftp://example.com"]), ["GITPLANE_PUBLIC_URL"]),
            (Start(environment: ["GITPLANE_MAINTENANCE": "0s"]), ["GITPLANE_MAINTENANCE"]),
            (Start(environment: ["GITPLANE_MAINTENANCE": "never"]), ["GITPLANE_MAINTENANCE"]),
            (Start(environment: ["GITPLANE_PUBLIC_URL": "https://example.com:0"]), ["GITPLANE_PUBLIC_URL"]),
            (Start(environment: ["GITPLANE_WORKING_TREE_EDITS": "take"]), ["GITPLANE_WORKING_TREE_EDITS"]),
            (Start(environment: ["GITPLANE_WORKING_TREE_QUIET": "2 s"]), ["GITPLANE_WORKING_TREE_QUIET"]),
            (Start(environment: ["GITPLANE_METRICS_LISTEN": "9090"]), ["GITPLANE_METRICS_LISTEN"]),
            (Start(environment: ["GITPLANE_METRICS_LISTEN": "127.0.0.1:65536"]), ["GITPLANE_METRICS_LISTEN"]),
            (Start(environment: ["GITPLANE_METRICS_LISTEN": "::1:9090"]), ["GITPLANE_METRICS_LISTEN"]),
            (Start(arguments: ["--data-dir", ""]), ["--data-dir"]),
            (Start(environment: ["GITPLANE_DATA_DIR": "a\u{7}b"]), ["GITPLANE_DATA_DIR"]),
            (Start(file: "{\n  \"port\": -1\n}"), ["gitplane.json:2:11"]),
            (Start(file: "{\n  \"prot\": 1\n}"), ["gitplane.json:2:3"]),
            (Start(file: "{\n  \"port\": 1,\n}"), ["gitplane.json:3:1"]),
            (Start(arguments: ["--port", "1"], file: "{\"port\": \"2\"}"), ["gitplane.json:1:10"]),
        ]
    )
    func wrong(start: Start, expected: [String]) async throws {
        #expect(try await places(start) == expected)
    }

    @Test("refuses flags of later versions as usage", arguments: ["--metrics-listen"])
    func laterFlags(flag: String) {
        #expect { try ServerFlags.parse([flag, "x"]) } throws: { ServerFlags.exitCode(for: $0) == .validationFailure }
    }

    @Test("warns of metrics that other machines can read")
    func openMetrics() async throws {
        let configuration = try await load(Start(environment: ["GITPLANE_METRICS_LISTEN": "0.0.0.0:0"]))
        #expect(configuration.metricsAddress == BindAddress(host: "0.0.0.0", port: 0))
        #expect(configuration.warnings.count == 1)
    }

    @Test(
        "names the place of every wrong proxy and rate",
        arguments: [
            (Start(environment: ["GITPLANE_TRUSTED_PROXIES": "10.0.0.0/8,proxy"]), ["GITPLANE_TRUSTED_PROXIES"]),
            (Start(environment: ["GITPLANE_TRUSTED_PROXIES": "10.0.0.0/33"]), ["GITPLANE_TRUSTED_PROXIES"]),
            (Start(file: "{\n  \"trusted_proxies\": [\"300.0.0.1\"]\n}"), ["gitplane.json:2:22"]),
            (Start(environment: ["GITPLANE_EGRESS_ALLOW": "10.0.0.0/8,gateway"]), ["GITPLANE_EGRESS_ALLOW"]),
            (Start(environment: ["GITPLANE_EGRESS_ALLOW": "10.0.0.0/33"]), ["GITPLANE_EGRESS_ALLOW"]),
            (Start(file: "{\n  \"egress_allow\": [\"010.0.0.1\"]\n}"), ["gitplane.json:2:19"]),
            (Start(environment: ["GITPLANE_RATE_LIMITS": "on"]), ["GITPLANE_RATE_LIMITS"]),
            (Start(environment: ["GITPLANE_RATE_LIMITS": "anonymous=0/1m"]), ["GITPLANE_RATE_LIMITS"]),
            (Start(environment: ["GITPLANE_RATE_LIMITS": "login=5/5m,login=6/5m"]), ["GITPLANE_RATE_LIMITS"]),
        ]
    )
    func wrongEdge(start: Start, expected: [String]) async throws {
        #expect(Set(try await places(start)) == Set(expected))
    }

    @Test(
        "takes rates from the variable or the file",
        arguments: [
            (Start(), RateLimiter.Rates.usual()),
            (Start(environment: ["GITPLANE_RATE_LIMITS": "off"], file: #"{"rate_limits": {"login": "1/1m"}}"#), .off),
            (Start(file: #"{"rate_limits": "off"}"#), .off),
            (
                Start(environment: ["GITPLANE_RATE_LIMITS": "anonymous=600/1m, login=5/5m"]),
                .usual(overriding: [.anonymous: Rate(count: 600, seconds: 60), .login: Rate(count: 5, seconds: 300)])
            ),
            (
                Start(file: #"{"rate_limits": {"codes": "1/1h"}}"#),
                .usual(overriding: [.codes: Rate(count: 1, seconds: 3_600)])
            ),
        ]
    )
    func rates(start: Start, expected: RateLimiter.Rates) async throws {
        #expect(try await load(start).rates == expected)
    }

    @Test(
        "believes the proxies that are named, on this machine with a flag, and lets them stand before an open address"
    )
    func proxies() async throws {
        let address = try #require(IPAddress("10.1.2.3"))
        let loopback = try #require(IPAddress("127.0.0.1"))
        #expect(try await load(Start()).trustedProxies.isEmpty)
        let named = try await load(Start(environment: ["GITPLANE_TRUSTED_PROXIES": "10.0.0.0/8, ::1"])).trustedProxies
        #expect(named.contains(address) && !named.contains(loopback))
        let flag = Start(
            arguments: ["--behind-proxy", "--host", "0.0.0.0"],
            file: #"{"trusted_proxies": ["10.0.0.0/8"]}"#
        )
        let both = try await load(flag)
        #expect(both.trustedProxies.contains(address) && both.trustedProxies.contains(loopback))
        #expect(both.warnings.isEmpty)
    }

    @Test(
        "takes a certificate with its key: paths of flags start where the command runs, those of the file at the data folder"
    )
    func tls() async throws {
        let flags = try await load(
            Start(arguments: ["--tls-certificate", "a/c.pem", "--tls-key", "/k.pem", "--host", "::"])
        )
        let files = try #require(flags.tls)
        #expect(
            files.certificate.path == flags.dataDirectory.deletingLastPathComponent().appending(path: "a/c.pem").path
        )
        #expect(files.key == TLSFiles.Named(path: "/k.pem", place: "--tls-key"))
        #expect(flags.warnings.isEmpty && flags.scheme == "https")
        let file = try await load(Start(file: #"{"tls_certificate": "c.pem", "tls_key": "k.pem"}"#))
        #expect(file.tls?.certificate.path == file.dataDirectory.appending(path: "c.pem").path)
        #expect(try await places(Start(arguments: ["--tls-certificate", "c.pem"])) == ["--tls-certificate"])
        #expect(try await places(Start(arguments: ["--tls-key", "k.pem"])) == ["--tls-key"])
    }

    @Test("refuses a data folder that is a file")
    func dataFile() async throws {
        try await withTemporaryDirectory { folder in
            try Data().write(to: folder.appending(path: "data"))
            #expect(throws: ConfigurationError.self) {
                try ServerConfiguration.load(
                    flags: ServerFlags.parse([]),
                    environment: [:],
                    schemas: schemas,
                    workingDirectory: folder.path
                )
            }
        }
    }

    @Test("listens beyond loopback only when told that this is insecure", arguments: ["0.0.0.0", "::", "example.com"])
    func beyondLoopback(host: String) async throws {
        #expect(try await places(Start(arguments: ["--host", host])) == ["--host"])
        #expect(try await places(Start(environment: ["CONTROL_PLANE_BIND": host])) == ["CONTROL_PLANE_BIND"])
        let configuration = try await load(Start(arguments: ["--host", host, "--insecure"]))
        #expect(configuration.warnings.count == 1)
        #expect(try await load(Start(arguments: ["--host", host], file: "{\"insecure\": true}")).warnings.count == 1)
    }

    @Test(
        "knows loopback addresses",
        arguments: [
            ("127.0.0.1", true), ("127.255.255.254", true), ("localhost", true), ("LocalHost", true), ("::1", true),
            ("[::1]", true), ("0:0:0:0:0:0:0:1", true), ("128.0.0.1", false), ("0.0.0.0", false), ("::", false),
            ("::2", false), ("10.0.0.1", false), ("localhost.example.com", false),
        ]
    )
    func loopback(host: String, isLoopback: Bool) {
        #expect(BindAddress(host: host, port: 0).isLoopback == isLoopback)
    }

    @Test(
        "takes a public address without path",
        arguments: [
            ("https://agents.example.com", "https://agents.example.com"),
            ("https://Agents.Example.com/", "https://agents.example.com"),
            ("http://10.0.0.1:8090", "http://10.0.0.1:8090"), ("http://[::1]:8090", "http://[::1]:8090"),
            ("https://example.com/x", nil), ("https://user@example.com", nil), ("ftp://example.com", nil),
            ("https://", nil), ("example.com", nil), ("https://example.com?a", nil), ("https://example.com:70000", nil),
        ]
    )
    func publicOrigin(text: String, expected: String?) {
        #expect(PublicOrigin(text)?.description == expected)
    }
}
