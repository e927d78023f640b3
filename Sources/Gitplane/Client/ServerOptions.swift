import ArgumentParser
import ControlClient
import Documents
import Foundation
import Secrets
import StateRepo

/// Which server a command talks to, and with which credential.
struct ServerOptions: ParsableArguments {
    @Option(help: "Address of the server (GITPLANE_SERVER; default: \(ServerAddress.local)).")
    var server: String?

    @Option(help: "File with the token, instead of the variable GITPLANE_TOKEN.")
    var tokenFile: String?

    @Option(
        help: "File with the certificates to trust in PEM form, instead of the machine's (GITPLANE_CA_CERTIFICATE)."
    )
    var caCertificate: String?

    @Flag(help: "Send the token over plain HTTP to another machine.")
    var insecure = false

    /// Calls an operation.
    ///
    /// - Throws: ``CommandFailure``: 64 without a usable address or token, 70 when the server cannot be reached, 1 for
    ///   what it refuses.
    func send(_ method: ControlClient.Method, _ path: String, _ body: JSONValue? = nil) async throws -> [UInt8] {
        let environment = ProcessInfo.processInfo.variables
        do {
            return try await client(environment).send(method, path, body)
        } catch let failure as ControlFailure {
            switch failure.kind {
            case .refused: throw CommandFailure(.findings, failure.message)
            case .unreachable: throw CommandFailure(.internalError, failure.message)
            case .unusable: throw CommandFailure(.usage, failure.message)
            }
        }
    }

    private func client(_ environment: [String: String]) throws -> ControlClient {
        let text = server ?? environment["GITPLANE_SERVER"] ?? ServerAddress.local
        guard let address = ServerAddress(text) else {
            throw CommandFailure(.usage, "\(text) is not the address of a server, as \(ServerAddress.local) is")
        }
        guard address.isPrivate || insecure else {
            let message = "\(address) is plain HTTP to another machine, where the token could be read:"
            throw CommandFailure(.usage, "\(message) use https, or add --insecure")
        }
        let file = caCertificate ?? environment["GITPLANE_CA_CERTIFICATE"]
        let authorities = try file.map { path throws(ControlFailure) in try TrustedAuthorities(file: path) }
        return ControlClient(address, token: try token(environment), trusting: authorities)
    }

    private func token(_ environment: [String: String]) throws -> String {
        guard let tokenFile else {
            guard let token = environment["GITPLANE_TOKEN"] else {
                throw CommandFailure(.usage, "there is no credential: set GITPLANE_TOKEN, or give --token-file")
            }
            return try checked(token, "GITPLANE_TOKEN")
        }
        let content: Data
        do {
            content = try Data(contentsOf: URL(filePath: tokenFile))
        } catch {
            throw CommandFailure(.usage, "\(tokenFile) cannot be read: \(error.localizedDescription)")
        }
        let token = String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return try checked(token, tokenFile)
    }

    /// What no header can carry is no token.
    private func checked(_ token: String, _ place: String) throws -> String {
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw CommandFailure(.usage, "\(place) does not hold a token")
        }
        return token
    }
}

extension AgentID {
    /// An agent as a command names it.
    static func given(_ text: String) throws -> AgentID {
        guard let id = AgentID(text) else { throw CommandFailure(.usage, "\"\(text)\" is no agent id") }
        return id
    }
}

extension SecretName {
    /// A secret as a command names it.
    static func given(_ text: String) throws -> SecretName {
        guard let name = SecretName(text) else {
            let rule = "A-Z, 0-9 and _, a letter first, at most \(maximumLength)"
            throw CommandFailure(.usage, "\"\(text)\" is no name of a secret: \(rule)")
        }
        return name
    }
}

extension String {
    /// As one segment of a path.
    var pathSegment: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["_", "-"])) ?? ""
    }
}
