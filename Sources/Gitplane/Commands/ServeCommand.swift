import ArgumentParser
import Foundation
import StateRepo

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server on a data folder, which is made when it is missing."
    )

    @OptionGroup var flags: ServerFlags

    @Flag(help: "Make a new instance.json in place of one that is lost for good.")
    var newInstance = false

    func run() async throws {
        let rules = try StateRules.installed()
        let environment = ProcessInfo.processInfo.environment
        let settings: ServerConfiguration
        do {
            settings = try ServerConfiguration.load(
                flags: flags,
                environment: environment,
                schemas: rules.schemas.registry,
                workingDirectory: FileManager.default.currentDirectoryPath
            )
        } catch {
            throw CommandFailure(.configuration, error.problems.map { "gitplane: \($0)" })
        }
        let tokens = environment["CONTROL_PLANE_API_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        do {
            try await Server(settings, rules: rules, tokens: tokens, replacingInstance: newInstance).run()
        } catch {
            let error = CommandFailure.explaining(error)
            throw settings.logFormat == .json ? CommandFailure(asEvents: error) : error
        }
    }
}
