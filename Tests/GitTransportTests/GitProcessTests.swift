import Foundation
import StateRepo
import TestSupport
import Testing

@testable import GitTransport

@Suite("What a git process prints", .timeLimit(.minutes(15)))
struct GitProcessTests {
    private static let limit = GitProcess.maximumErrorText

    @Test("for people is kept up to a length", arguments: [limit - 1, limit, limit + 1, 1 << 20])
    func errorText(length: Int) async throws {
        let process = GitProcess(
            programs: try GitPrograms(searching: "/usr/bin:/bin"),
            limits: .maximumForImport,
            arguments: ["-c", "alias.say=!head -c \(length) /dev/zero | tr '\\0' x >&2; exit 1", "say"],
            environment: [:]
        )
        let (_, ending) = try await process.run { git in
            try await git.endInput()
            try await git.forwardOutput { _ in }
        }
        #expect(!ending.isSuccess)
        #expect(ending.errors == String(repeating: "x", count: min(length, Self.limit)))
    }

    @Test("and what it starts name the server that started them, by its process and its time")
    func starter() async throws {
        let programs = try GitPrograms(searching: "/usr/bin:/bin")
        let command = GitCommand(programs: programs, limits: .maximumForImport)
        let say = "alias.say=!printenv \(ProcessTable.starterVariable)"
        let outcome = try await command.run(["-c", say, "say"])
        let mark = ProcessTable().starterMark()
        #expect(mark.hasPrefix("\(ProcessInfo.processInfo.processIdentifier)-"))
        #expect(outcome.output == "\(mark)\n")
    }

    @Test("of the refs of another repository is read up to a length", arguments: [0, 2])
    func listing(excess: Int) async throws {
        try await withTemporaryRepository { repository, git in
            let tree = try repository.writeTree([])
            let commit = try repository.writeCommit(
                tree: tree,
                parents: [],
                author: .test,
                committer: .test,
                message: "x"
            )
            // `git ls-remote` also names what ends like the ref that is asked for; each line has 42 bytes beside the name.
            let lengths = Array(repeating: 200, count: 268) + [269, 270 + excess]
            let names = lengths.enumerated().map { number, length in
                let start = "refs/heads/a\(1_000 + number)"
                let end = "/refs/heads/main"
                return start + String(repeating: "x", count: length - start.utf8.count - end.utf8.count) + end
            }
            let all = names + ["refs/heads/main"]
            #expect(all.reduce(0) { $0 + $1.utf8.count + 42 } == GitCommand.maximumOutput + excess)
            let commands = all.map { "create \($0) \(commit)\n" }.joined()
            try git.run("update-ref", "--stdin", input: Array(commands.utf8))
            let remote = try RemoteRepository(
                git.directory,
                relativeTo: "/",
                programs: GitPrograms(searching: "/usr/bin:/bin")
            )
            let found = try await remote.references(named: [.main])
            // One byte more is the end of the last line; with two, the name is cut.
            #expect(found == (excess == 0 ? [.main] : []))
        }
    }
}
