import ArgumentParser
import ControlClient
import Documents
import Foundation
import Secrets
import StateRepo

struct SecretsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets",
        abstract: "Look after the secrets of a running server.",
        subcommands: [
            SecretsListCommand.self, SecretsSetCommand.self, SecretsDeleteCommand.self, SecretsStatusCommand.self,
            SecretsVerifyCommand.self, SecretsUnsealCommand.self, SecretsAcceptCommand.self,
            SecretsRotateCommand.self, SecretsAddRecipientCommand.self, SecretsRemoveRecipientCommand.self,
        ]
    )
}

/// Whose secrets a command is about.
struct SecretOwnerOptions: ParsableArguments {
    @Option(help: "The agent; without it the secrets of the installation.")
    var agent: String?

    @OptionGroup var server: ServerOptions

    /// - Throws: ``CommandFailure`` (64) for what can be neither an agent nor a secret.
    func path(_ name: String? = nil) throws -> String {
        let last = try name.map { "/\(try SecretName.given($0))" } ?? ""
        guard let agent else { return "/system-settings/secrets\(last)" }
        return "/agents/\(try AgentID.given(agent))/secrets\(last)"
    }
}

struct SecretsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List names, never values.",
        discussion: """
            One line for each: name, fingerprint, version, time, who set it, and how many documents refer to it. What is \
            referred to and does not exist is listed as missing.
            """
    )

    @OptionGroup var owner: SecretOwnerOptions

    func run() async throws {
        let list = try owner.path()
        var page = "\(list)?limit=200"
        while true {
            let answer = try JSONValue(parsing: try await owner.server.send(.get, page))
            StandardStream.output.write((answer["items"]?.arrayValue ?? []).map(Self.line))
            guard let cursor = answer["next_cursor"]?.stringValue else { return }
            page = "\(list)?limit=200&cursor=\(cursor.pathSegment)"
        }
    }

    private static func line(_ item: JSONValue) -> String {
        let key = item["key"]?.stringValue ?? ""
        guard item["missing"]?.boolValue != true else { return "\(key)\tmissing" }
        let words = [
            key, item["fingerprint"]?.stringValue ?? "", "\(item["version"]?.intValue ?? 0)",
            item["updated_at"]?.stringValue ?? "", item["updated_by"]?.stringValue ?? "",
            "\(item["required_by"]?.arrayValue?.count ?? 0)",
        ]
        return words.joined(separator: "\t")
    }
}

struct SecretsSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a secret to what standard input says, without a final line break."
    )

    @Argument(help: "Name of the secret.")
    var name: String

    @Flag(help: "For a secret of the installation: agents cannot be granted it.")
    var notGrantable = false

    @OptionGroup var owner: SecretOwnerOptions

    func validate() throws {
        guard !notGrantable || owner.agent == nil else {
            throw ValidationError("--not-grantable is for secrets of the installation")
        }
    }

    func run() async throws {
        let path = try owner.path(name)
        var body: JSONObject = ["value": .string(try StandardInput.secret("value of \(name)"))]
        if notGrantable { body["grantable"] = false }
        _ = try await owner.server.send(.put, path, .object(body))
    }
}

struct SecretsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete a secret.")

    @Argument(help: "Name of the secret.")
    var name: String

    @OptionGroup var owner: SecretOwnerOptions

    func run() async throws { _ = try await owner.server.send(.delete, try owner.path(name)) }
}
