import ArgumentParser
import Foundation
import GitTransport

/// What git runs for a push; not meant for people, so it is not listed.
struct HookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Run a hook of the state repository.",
        shouldDisplay: false
    )

    /// The hooks that there are.
    enum Hook: String, ExpressibleByArgument {
        case preReceive = "pre-receive"
    }

    @Argument(help: "Which hook git runs.")
    var hook: Hook

    @Option(help: "The socket of the server that decides.")
    var socket: String

    func run() async throws {
        let runner = HookRunner(
            client: GateClient(socketPath: socket),
            environment: ProcessInfo.processInfo.environment
        )
        let outcome = await runner.run()
        StandardStream.error.write(outcome.lines)
        throw ExitCode(outcome.status)
    }
}
