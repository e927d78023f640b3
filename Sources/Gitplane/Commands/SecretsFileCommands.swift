import ArgumentParser
import ControlClient
import Documents

struct SecretsStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Show how the file is doing.")

    @OptionGroup var server: ServerOptions

    func run() async throws { try await server.show(.get, "/secrets") }
}

struct SecretsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "verify", abstract: "Read and open the file again.")

    @OptionGroup var server: ServerOptions

    func run() async throws { try await server.show(.post, "/secrets/verify") }
}

struct SecretsUnsealCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unseal",
        abstract: "Give the passphrase of the identity, on standard input."
    )

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let passphrase = try StandardInput.secret("passphrase")
        try await server.show(.post, "/secrets/unseal", ["passphrase": .string(passphrase)])
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
        try await server.show(.post, "/secrets/accept", digest.map { ["digest": .string($0)] } ?? [:])
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
        try await server.show(.post, "/secrets/rotate-identity", body)
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
        try await server.show(.post, "/secrets/recipients", ["recipient": .string(recipient)])
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
        try await server.show(.delete, "/secrets/recipients/\(recipient.pathSegment)")
    }
}

extension ServerOptions {
    /// Calls an operation and prints the members of its answer.
    fileprivate func show(_ method: ControlClient.Method, _ path: String, _ body: JSONValue? = nil) async throws {
        let answer = try JSONValue(parsing: try await send(method, path, body)).objectValue ?? [:]
        StandardStream.output.write(
            answer.map { member in
                let texts = member.value.arrayValue?.map { $0.stringValue ?? $0.description }
                return
                    "\(member.key)\t\(texts?.joined(separator: " ") ?? member.value.stringValue ?? member.value.description)"
            }
        )
    }
}
