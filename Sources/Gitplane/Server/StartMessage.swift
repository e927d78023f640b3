/// What a start prints: where everything is, and one command that works as printed.
struct StartMessage {
    private let folder: DataFolder
    private let usesOwnTokens: Bool
    private let keepsWorkingTree: Bool

    init(folder: DataFolder, usesOwnTokens: Bool, keepsWorkingTree: Bool) {
        self.folder = folder
        self.usesOwnTokens = usesOwnTokens
        self.keepsWorkingTree = keepsWorkingTree
    }

    func lines(host: String, port: Int) -> [String] {
        let name = host.contains(":") ? "[\(host)]" : host
        let address = "http://\(name):\(port)"
        let token = usesOwnTokens ? "$CONTROL_PLANE_API_TOKEN" : "$(cat \(Self.quoted(folder.accessToken)))"
        let password =
            usesOwnTokens ? "a token of CONTROL_PLANE_API_TOKEN" : "the content of \(folder.accessToken)"
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
