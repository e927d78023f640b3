import ArgumentParser
import Foundation

/// Which server a command talks to, and with which credential.
struct ServerOptions: ParsableArguments {
    @Option(help: "Address of the server (GITPLANE_SERVER; default: http://127.0.0.1:8090).")
    var server: String?

    @Option(help: "File with the token, instead of the variable GITPLANE_TOKEN.")
    var tokenFile: String?

    /// - Throws: ``CommandFailure`` (64) without a usable address or token.
    func client() throws -> ServerClient {
        let environment = ProcessInfo.processInfo.environment
        let text = server ?? environment["GITPLANE_SERVER"] ?? "http://127.0.0.1:8090"
        guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme),
            url.host() != nil
        else { throw CommandFailure(.usage, "\(text) is not the address of a server") }
        let base = text.hasSuffix("/") ? String(text.dropLast()) : text
        return ServerClient(base: "\(base)/api/control-plane", token: try token(environment))
    }

    private func token(_ environment: [String: String]) throws -> String {
        guard let tokenFile else {
            guard let token = environment["GITPLANE_TOKEN"], !token.isEmpty else {
                throw CommandFailure(.usage, "no credential: set GITPLANE_TOKEN, or give --token-file")
            }
            return token
        }
        let content: Data
        do {
            content = try Data(contentsOf: URL(filePath: tokenFile))
        } catch {
            throw CommandFailure(.usage, "\(tokenFile) cannot be read: \(error.localizedDescription)")
        }
        return String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
