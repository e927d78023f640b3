import ArgumentParser
import ControlClient
import Documents
import Foundation
import Glibc
import Secrets

struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Start a program with the secrets of an agent in its environment.",
        discussion: """
            Takes what the published definition may use from the server, sealed to a key that exists only for this call, and \
            becomes the program. The token that it used is not passed on. Needs the scope secrets:read.
            """
    )

    @Option(help: "The agent.")
    var agent: String

    @OptionGroup var server: ServerOptions

    @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.")
    var command: [String]

    func run() async throws {
        guard let program = command.first else { throw CommandFailure(.usage, "name a program after --") }
        for (name, value) in try await secrets() { setenv(name.description, value, 1) }
        unsetenv("GITPLANE_TOKEN")
        Self.clearSignals()
        var arguments = command.map { strdup($0) } + [nil]
        execvp(program, &arguments)
        throw CommandFailure(.usage, "\(program) cannot be started: \(String(cString: strerror(errno)))")
    }

    /// - Throws: ``CommandFailure`` for names that would decide what program runs.
    private func secrets() async throws -> [(SecretName, String)] {
        let identity = AgeIdentity()
        let request: JSONValue = ["recipient": .string(identity.recipient.description)]
        let bundle = try await server.send(.post, "/agents/\(agent.pathSegment)/secrets/bundle", request)
        let content: JSONObject
        do {
            content = try JSONValue(parsing: AgeFile.open(bundle, with: [identity])).objectValue ?? [:]
        } catch {
            // The parser's message could quote a value.
            throw CommandFailure(.internalError, "the server's answer is no bundle for this call")
        }
        return try content.map { member in
            guard let name = SecretName(member.key), let value = member.value.stringValue,
                name.description != "PATH", !name.description.hasPrefix("LD_")
            else { throw CommandFailure(.findings, "a secret cannot be in the environment by the name \(member.key)") }
            return (name, value)
        }
    }

    /// The program starts with signals as a shell gives them, whatever this one's libraries made of them.
    private static func clearSignals() {
        signal(SIGPIPE, SIG_DFL)
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
    }
}
