import ArgumentParser
import ControlClient
import Documents
import Foundation
import Glibc
import Secrets
import StateRepo

struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Start a program with the secrets of an agent in its environment.",
        discussion: """
            Takes what the published definition may use from the server, sealed to a key that exists only for this call, and \
            becomes the program, which gets standard input, output and error and nothing else that is open. The token that it \
            used is not passed on. Needs the scope secrets:read.
            """
    )

    /// What the program does not need to know.
    private static let withheld = ["GITPLANE_TOKEN", "CONTROL_PLANE_API_TOKEN"]

    @Option(help: "The agent.")
    var agent: String

    @OptionGroup var server: ServerOptions

    @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.")
    var command: [String]

    func run() async throws {
        guard let program = command.first else { throw CommandFailure(.usage, "name a program after --") }
        let id = try AgentID.given(agent)
        for (name, value) in try await secrets(of: id) { setenv(name.description, value, 1) }
        for name in Self.withheld { unsetenv(name) }
        Self.clearSignals()
        try Self.keepDescriptors()
        var arguments = command.map { strdup($0) } + [nil]
        execvp(program, &arguments)
        throw CommandFailure(.usage, "\(program) cannot be started: \(String(cString: strerror(errno)))")
    }

    /// - Throws: ``CommandFailure`` for names that would decide what program runs.
    private func secrets(of id: AgentID) async throws -> [(SecretName, String)] {
        let identity = AgeIdentity()
        let request: JSONValue = ["recipient": .string(identity.recipient.description)]
        let bundle = try await server.send(.post, "/agents/\(id)/secrets/bundle", request)
        let content: JSONObject
        do {
            let answer = try JSONValue(parsing: AgeFile.open(bundle, with: [identity]))
            guard let members = answer.objectValue, members.allSatisfy({ $0.value.stringValue != nil }) else {
                throw Self.noBundle
            }
            content = members
        } catch {
            // The parser's message could quote a value.
            throw Self.noBundle
        }
        let names = content.map(\.key).filter { SecretName($0)?.decidesWhatRuns ?? true }
        guard names.isEmpty else {
            let reason = "it would decide what the program does (docs/secrets.md)"
            throw CommandFailure(
                .findings,
                names.map { "gitplane: error: the secret \($0) is not passed on: \(reason)" }
            )
        }
        return content.compactMap { member in
            guard let name = SecretName(member.key), let value = member.value.stringValue else { return nil }
            return (name, value)
        }
    }

    /// A program that started with some of its secrets would be worse than one that did not.
    private static let noBundle = CommandFailure(
        .internalError,
        "the server's answer is no bundle for this call"
    )

    /// The program starts with signals as a shell gives them, whatever this one's libraries made of them.
    private static func clearSignals() {
        signal(SIGPIPE, SIG_DFL)
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
    }

    /// Whatever this process has open, or got from whoever started it, ends with it.
    ///
    /// It is not closed before: threads of libraries still use some.
    private static func keepDescriptors() throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        } catch {
            throw CommandFailure(.internalError, "/proc, which lists what is open, cannot be read")
        }
        // The one that the list was read by is gone.
        for number in names.compactMap(Int32.init) where number > STDERR_FILENO {
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        }
    }
}
