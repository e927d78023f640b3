import Foundation
import TestSupport
import Testing

@Suite("Commands that call a server")
struct CommandClientTests {
    /// Runs `gitplane` with these arguments and variables.
    private func run(
        _ arguments: [String],
        _ server: ServerProcess,
        scheme: String = "http",
        _ variables: [String: String] = [:]
    ) throws -> CommandRun {
        let closed = [
            "PATH": "/usr/bin:/bin", "GITPLANE_TOKEN": server.client.token,
            "GITPLANE_SERVER": "\(scheme)://127.0.0.1:\(server.client.port)",
        ]
        return try CommandRun(arguments, environment: closed.merging(variables) { $1 }, in: "/")
    }

    @Test("trust the certificates that they are given, and say why they do not trust another")
    func certificates() async throws {
        try await withTemporaryDirectory { folder in
            let files = CertificateFiles(in: folder)
            try files.write(TestCertificates.one)
            let other = folder.appending(path: "other.pem").path
            try Data(TestCertificates.two.certificate.utf8).write(to: URL(filePath: other))
            let arguments = ["--tls-certificate", files.certificate, "--tls-key", files.key]
            let server = try ServerProcess(dataIn: folder.appending(path: "data"), arguments: arguments)
            let list = ["secrets", "list"]
            let given = try run(list + ["--ca-certificate", files.certificate], server, scheme: "https")
            #expect(given.ending == .exited(0), "\(given.text)")
            let variable = ["GITPLANE_CA_CERTIFICATE": files.certificate]
            #expect(try run(list, server, scheme: "https", variable).ending == .exited(0))
            for option in [[], ["--ca-certificate", other]] {
                let refused = try run(list + option, server, scheme: "https")
                #expect(refused.ending == .exited(70))
                #expect(refused.text.contains("--ca-certificate"))
                #expect(!refused.text.contains(".cc") && !refused.text.contains("checkouts"), "\(refused.text)")
            }
            for file in [folder.appending(path: "none.pem").path, files.key] {
                #expect(try run(list + ["--ca-certificate", file], server, scheme: "https").ending == .exited(64))
            }
            let plain = try run(list, server)
            #expect(plain.ending == .exited(70) && !plain.text.contains(".cc"), "\(plain.text)")
            try server.stop()
            let stopped = try run(list, server, scheme: "https", variable)
            #expect(stopped.ending == .exited(70) && stopped.text.contains("gitplane serve"), "\(stopped.text)")
        }
    }

    @Test("give a program nothing that is open but its three streams, and not the token")
    func descriptors() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            try server.client.publish("atlas")
            let program = "ls /proc/self/fd | wc -l; echo \"<$GITPLANE_TOKEN$CONTROL_PLANE_API_TOKEN>\""
            let arguments = ["-c", "exec 9</etc/passwd; exec \"$0\" exec --agent atlas -- sh -c '\(program)'"]
            let environment = [
                "PATH": "/usr/bin:/bin", "GITPLANE_TOKEN": server.client.token, "CONTROL_PLANE_API_TOKEN": "x",
                "GITPLANE_SERVER": "http://127.0.0.1:\(server.client.port)",
            ]
            let shell = try CommandRun(
                arguments + [ServerProcess.executable()],
                of: "/bin/sh",
                environment: environment,
                in: "/"
            )
            // ls itself opens the fourth.
            #expect(shell.text == "4\n<>\n")
        }
    }

    @Test(
        "say what is no name before they ask anybody",
        arguments: [
            ["exec", "--agent", "../../auth", "--", "true"], ["secrets", "set", "bad-name"],
            ["secrets", "delete", "a/../b"],
            ["secrets", "list", "--agent", "A B"],
        ]
    )
    func names(arguments: [String]) throws {
        let environment = ["GITPLANE_TOKEN": "x", "GITPLANE_SERVER": "http://127.0.0.1:1"]
        #expect(try CommandRun(arguments, environment: environment, in: "/").ending == .exited(64))
    }
}
