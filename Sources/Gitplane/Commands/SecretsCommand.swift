import ArgumentParser
import Documents
import Foundation
import NIOHTTP1

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

    func path(_ name: String? = nil) -> String {
        let last = name.map { "/\(Self.encoded($0))" } ?? ""
        guard let agent else { return "/system-settings/secrets\(last)" }
        return "/agents/\(Self.encoded(agent))/secrets\(last)"
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["_", "-"])) ?? ""
    }
}

struct SecretsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List names, never values.")

    @OptionGroup var owner: SecretOwnerOptions

    func run() async throws {
        let answer = try await owner.server.client().send(.GET, owner.path() + "?limit=200")
        let items = try JSONValue(parsing: answer)["items"]?.arrayValue ?? []
        StandardStream.output.write(items.map(Self.line))
    }

    private static func line(_ item: JSONValue) -> String {
        let key = item["key"]?.stringValue ?? ""
        guard item["missing"]?.boolValue != true else { return "\(key)\tmissing" }
        let facts = ["fingerprint", "updated_at", "updated_by"].map { item[$0]?.stringValue ?? "" }
        return ([key] + facts).joined(separator: "\t")
    }
}

struct SecretsSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set a secret to what standard input says, without a final line break."
    )

    @Argument(help: "Name of the secret.")
    var name: String

    @OptionGroup var owner: SecretOwnerOptions

    func run() async throws {
        let value = try StandardInput.secret("value of \(name)")
        _ = try await owner.server.client().send(.PUT, owner.path(name), ["value": .string(value)])
    }
}

struct SecretsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete a secret.")

    @Argument(help: "Name of the secret.")
    var name: String

    @OptionGroup var owner: SecretOwnerOptions

    func run() async throws { _ = try await owner.server.client().send(.DELETE, owner.path(name)) }
}

struct SecretsStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Show how the file is doing.")

    @OptionGroup var server: ServerOptions

    func run() async throws { try await server.show(.GET, "/secrets") }
}

struct SecretsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify", abstract: "Read and open the file again.")

    @OptionGroup var server: ServerOptions

    func run() async throws { try await server.show(.POST, "/secrets/verify") }
}

struct SecretsUnsealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unseal",
        abstract: "Give the passphrase of the identity, on standard input."
    )

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let passphrase = try StandardInput.secret("passphrase")
        try await server.show(.POST, "/secrets/unseal", ["passphrase": .string(passphrase)])
    }
}

struct SecretsAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Use a secrets file that is not the one that was written last."
    )

    @Argument(help: "The digest that `status` shows; without it, that the file is gone.")
    var digest: String?

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await server.show(.POST, "/secrets/accept", digest.map { ["digest": .string($0)] } ?? [:])
    }
}

struct SecretsRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-identity",
        abstract: "Make a new identity; the old one opens nothing afterwards."
    )

    @Flag(help: "Protect the new identity by a passphrase, which standard input gives.")
    var passphrase = false

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let body: JSONValue = passphrase ? ["passphrase": .string(try StandardInput.secret("passphrase"))] : [:]
        try await server.show(.POST, "/secrets/rotate-identity", body)
    }
}

struct SecretsAddRecipientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-recipient",
        abstract: "Seal the file to one more key."
    )

    @Argument(help: "The public key, age1….")
    var recipient: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await server.show(.POST, "/secrets/recipients", ["recipient": .string(recipient)])
    }
}

struct SecretsRemoveRecipientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-recipient",
        abstract: "Stop sealing to a key, and list the secrets that it could read."
    )

    @Argument(help: "The public key, age1….")
    var recipient: String

    @OptionGroup var server: ServerOptions

    func run() async throws {
        try await server.show(.DELETE, "/secrets/recipients/\(SecretOwnerOptions.encoded(recipient))")
    }
}

extension ServerOptions {
    /// Calls an operation and prints the members of its answer.
    fileprivate func show(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws {
        let answer = try JSONValue(parsing: try await client().send(method, path, body)).objectValue ?? [:]
        StandardStream.output.write(
            answer.map { member in
                let texts = member.value.arrayValue?.map { $0.stringValue ?? $0.description }
                return
                    "\(member.key)\t\(texts?.joined(separator: " ") ?? member.value.stringValue ?? member.value.description)"
            }
        )
    }
}
