import ArgumentParser
import Documents
import Foundation
import Glibc
import NIOHTTP1
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
        let identity = AgeIdentity()
        let path = "/agents/\(agent.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")/secrets/bundle"
        let request: JSONValue = ["recipient": .string(identity.recipient.description)]
        let bundle = try await server.client().send(.POST, path, request)
        let secrets = try JSONValue(parsing: AgeFile.open(bundle, with: [identity])).objectValue ?? [:]
        for member in secrets {
            guard let name = SecretName(member.key), let value = member.value.stringValue else { continue }
            setenv(name.description, value, 1)
        }
        unsetenv("GITPLANE_TOKEN")
        var arguments = command.map { strdup($0) } + [nil]
        execvp(program, &arguments)
        throw CommandFailure(.usage, "\(program) cannot be started: \(String(cString: strerror(errno)))")
    }
}
