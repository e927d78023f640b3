import Foundation
import GitTransport
import Glibc
import StateRepo
import TestSupport
import Testing

/// See [decision 0057](../../../docs/decisions/0057-git-stands-behind-requests.md).
@Suite("Git that answers clients", .serialized, .timeLimit(.minutes(15)))
struct GitStandingTests {
    /// A process as /proc/PID/stat has it (proc(5)).
    private struct Standing {
        let process: pid_t
        let group: pid_t
        let session: pid_t
        let niceness: Int32

        init(_ stat: Substring) throws {
            // The name, in parentheses, is the one field that may have spaces.
            let end = try #require(stat.lastIndex(of: ")"))
            let fields = stat[end...].split(separator: " ").dropFirst().map(String.init)
            process = try #require(pid_t(stat.prefix { $0 != " " }))
            group = try #require(pid_t(fields[2]))
            session = try #require(pid_t(fields[3]))
            niceness = try #require(Int32(fields[16]))
        }
    }

    @Test("stands behind the server, in its session and in a process group of its own")
    func standing() async throws {
        try await withTemporaryDirectory { directory in
            let record = directory.appending(path: "record").path
            var options = HTTPScenarioOptions()
            options.programs = try GitPrograms(searching: "/usr/bin:/bin").replacingGit(
                with: Self.recorder(in: directory, writingTo: record)
            )
            try await withHTTPScenario(options) { scenario in
                let copy = try await scenario.clone("copy")
                try copy.commit()
                #expect(await scenario.push(copy, "origin", "HEAD:main").isAccepted)
            }
            let lines = try String(contentsOfFile: record, encoding: .utf8).split(separator: "\n")
            for command in ["upload-pack ", "receive-pack "] {
                let found = lines.filter { $0.hasPrefix(command) }
                #expect(!found.isEmpty, "\(command)")
                for line in found {
                    let git = try Standing(line.dropFirst(command.count))
                    #expect(git.niceness == min(getpriority(Int32(PRIO_PROCESS.rawValue), 0) + 5, 19))
                    #expect(git.session == getsid(0))
                    #expect(git.group == git.process)
                }
            }
        }
    }

    /// A program that notes what it is, and becomes git.
    private static func recorder(in directory: URL, writingTo record: String) throws -> String {
        let program = directory.appending(path: "git")
        let script = """
            #!/bin/sh
            read -r stat < /proc/$$/stat
            echo "$1 $stat" >> '\(record)'
            exec /usr/bin/git "$@"

            """
        try Data(script.utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
        return program.path
    }
}
