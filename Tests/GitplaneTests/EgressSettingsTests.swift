import ArgumentParser
import Documents
import Foundation
import StateRepo
import TestSupport
import Testing

@testable import Gitplane

@Suite("The settings of the way to vendors")
struct EgressSettingsTests {
    private static let form = "GITPLANE_EGRESS_PROXY"
    private static let hosts = "GITPLANE_EGRESS_PROXY_HOSTS"

    /// - Parameter file: what `gitplane.json` says.
    private func load(_ environment: [String: String], file: String? = nil) async throws -> EgressSettings {
        try await withTemporaryDirectory { folder in
            if let file { try Data(file.utf8).write(to: folder.appending(path: "gitplane.json")) }
            return try ServerConfiguration.load(
                flags: ServerFlags.parse(["--data-dir", folder.path]),
                environment: environment,
                schemas: ShippedRules.load().schemas.registry,
                workingDirectory: folder.path
            )
            .egress
        }
    }

    @Test("take a proxy, with hosts beside those of the catalogue, and none from HTTP_PROXY")
    func proxy() async throws {
        let elsewhere = ["HTTP_PROXY": "http://p:1", "HTTPS_PROXY": "http://p:1", "ALL_PROXY": "http://p:1"]
        #expect(try await load(elsewhere).proxy == nil)
        let environment = [
            Self.form: "http://u:p@proxy.example:3128", Self.hosts: "jira.example.com, *.example.org",
        ]
        let both = #"{"egress_proxy": "http://u:p@other.example:1", "egress_proxy_hosts": ["a.example"]}"#
        let fromVariables = try await load(environment, file: both)
        #expect(fromVariables.proxy.map { "\($0)" } == "http://proxy.example:3128")
        #expect(fromVariables.proxyHosts.count == 2)
        let fromFile = try await load([:], file: both)
        #expect(fromFile.proxy.map { "\($0)" } == "http://other.example:1")
        #expect(fromFile.proxyHosts.count == 1)
    }

    static let wrongStarts: [(environment: [String: String], file: String?, place: String)] = [
        ([form: "proxy.example:3128"], nil, form), ([form: "http://u:hidden@proxy.example"], nil, form),
        ([form: "ftp://u:hidden@p:1"], nil, form), ([form: "http://u:hid den@p:1"], nil, form),
        ([:], "{\n  \"egress_proxy\": \"http://u:hidden@p\"\n}", "gitplane.json:2:19"),
        ([:], "{\n  \"egress_proxy\": \"u:hidden@p\"\n}", "gitplane.json:2:19"),
        ([hosts: "a.example"], nil, hosts), ([form: "http://p:1", hosts: "*"], nil, hosts),
        ([form: "http://p:1", hosts: "a.*.example"], nil, hosts),
        ([form: "http://p:1", hosts: "10.0.0.1"], nil, hosts),
    ]

    @Test("are refused where they are wrong, without the proxy's password", arguments: wrongStarts)
    func wrong(environment: [String: String], file: String?, place: String) async throws {
        let error = await #expect(throws: ConfigurationError.self) { _ = try await load(environment, file: file) }
        let problems = try #require(error).problems
        #expect(problems.count == 1 && problems.first?.place.hasSuffix(place) == true, "\(problems)")
        #expect(!"\(problems)".contains("hid"))
    }
}
