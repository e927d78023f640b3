import Access
import Logging

/// What a start prints: where everything is, and one command that works as printed.
///
/// With a log of JSON objects it is objects too, so that whoever collects the lines can read every one of them.
struct StartMessage {
    /// What the printed command authenticates with.
    enum Credential {
        case variable
        case file
        /// There is an owner, whose credentials only the owner knows.
        case session
    }

    let folder: DataFolder
    let credential: Credential
    let scheme: String
    let keepsWorkingTree: Bool

    /// Prints everything.
    ///
    /// - Parameter code: with which the owner registers; `nil` when there is an owner.
    func write(as format: ServerConfiguration.LogFormat, _ code: IssuedCode?, host: String, port: Int) {
        switch format {
        case .text:
            if let code { StandardStream.error.write(setupLines(code, host: host, port: port)) }
            StandardStream.output.write(lines(host: host, port: port))
        case .json:
            if code != nil { StandardStream.error.write([setupEvent]) }
            StandardStream.output.write([event(host: host, port: port)])
        }
    }

    /// Without the code: logs are read by more people than may become the owner.
    private var setupEvent: String {
        let message = "there is no owner yet: register one with the setup code"
        return JSONLogHandler.line(.warning, message, ["setup_code_file": "\(folder.setupCode)"])
    }

    private func event(host: String, port: Int) -> String {
        let address = self.address(host, port)
        var places: Logger.Metadata = [
            "version": "\(ProgramVersion.current)", "api": "\(address)/api/control-plane",
            "contract": "\(address)/openapi/control-plane.json", "git": "\(address)/git/state.git",
            "repository": "\(folder.repository)",
        ]
        if keepsWorkingTree { places["files"] = "\(folder.workingTree)" }
        return JSONLogHandler.line(.info, "ready", places)
    }

    /// How to register the owner; it goes to standard error, which no log of the output keeps.
    private func setupLines(_ code: IssuedCode, host: String, port: Int) -> [String] {
        let url = "\(address(host, port))/api/control-plane/auth/register-owner"
        let body = "{\"email\": \"you@example.com\", \"password\": \"…\", \"setup_code\": \"\(code.text)\"}"
        return [
            "There is no owner yet. Register one within 15 minutes (later: the code in \(folder.setupCode)):",
            "  curl -i \(url) -H 'Content-Type: application/json' -d '\(body)'",
        ]
    }

    private func lines(host: String, port: Int) -> [String] {
        let address = self.address(host, port)
        let token: String
        let password: String
        switch credential {
        case .variable: (token, password) = ("$CONTROL_PLANE_API_TOKEN", "a token of CONTROL_PLANE_API_TOKEN")
        case .file:
            (token, password) = ("$(cat \(Self.quoted(folder.accessToken)))", "the content of \(folder.accessToken)")
        case .session: (token, password) = ("$TOKEN", "an API token (POST /api/control-plane/auth/tokens)")
        }
        let places = [
            "gitplane \(ProgramVersion.current) is ready",
            "  API         \(address)/api/control-plane",
            "  contract    \(address)/openapi/control-plane.json",
            "  git         \(address)/git/state.git",
            "  repository  \(folder.repository)",
        ]
        let files = keepsWorkingTree ? ["  files       \(folder.workingTree)"] : []
        let trial = [
            "",
            "Try:",
            "  curl -H \"Authorization: Bearer \(token)\" \(address)/api/control-plane/agents",
            "  git clone \(address)/git/state.git gitplane-state",
            "",
            "git asks for a user name, which may be anything, and a password: \(password)",
            "",
        ]
        return places + files + trial
    }

    private func address(_ host: String, _ port: Int) -> String {
        "\(scheme)://\(BindAddress(host: host, port: port))"
    }

    /// A path as one word for a shell.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "/._-+@,:".utf8.contains(byte)
            }
        }
        return isPlain
            ? path : "'\(path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }
}
