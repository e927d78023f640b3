import ArgumentParser
import ControlClient
import Documents
import Foundation

/// Which server a command talks to, and with which credential.
struct ServerOptions: ParsableArguments {
    @Option(help: "Address of the server (GITPLANE_SERVER; default: \(ServerAddress.local)).")
    var server: String?

    @Option(help: "File with the token, instead of the variable GITPLANE_TOKEN.")
    var tokenFile: String?

    @Flag(help: "Send the token over plain HTTP to another machine.")
    var insecure = false

    /// Calls an operation.
    ///
    /// - Throws: ``CommandFailure``: 64 without a usable address or token, 70 when the server cannot be reached, 1 for
    ///   what it refuses.
    func send(_ method: ControlClient.Method, _ path: String, _ body: JSONValue? = nil) async throws -> [UInt8] {
        let client = try client()
        do {
            return try await client.send(method, path, body)
        } catch {
            throw CommandFailure(error.kind == .refused ? .findings : .internalError, error.message)
        }
    }

    private func client() throws -> ControlClient {
        let environment = ProcessInfo.processInfo.environment
        let text = server ?? environment["GITPLANE_SERVER"] ?? ServerAddress.local
        guard let address = ServerAddress(text) else {
            throw CommandFailure(.usage, "\(text) is not the address of a server, as \(ServerAddress.local) is")
        }
        guard address.isPrivate || insecure else {
            let message = "\(address) is plain HTTP to another machine, where the token could be read:"
            throw CommandFailure(.usage, "\(message) use https, or add --insecure")
        }
        return ControlClient(address, token: try token(environment))
    }

    private func token(_ environment: [String: String]) throws -> String {
        guard let tokenFile else {
            guard let token = environment["GITPLANE_TOKEN"], !token.isEmpty else {
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

extension String {
    /// As one segment of a path.
    var pathSegment: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["_", "-"])) ?? ""
    }
}
