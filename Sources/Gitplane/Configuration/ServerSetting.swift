/// A setting of the server that this version knows: its name in each of the three places.
enum ServerSetting: String, CaseIterable {
    case host
    case port
    case logLevel = "log_level"
    case logFormat = "log_format"
    case insecure
    case publicURL = "public_url"
    case workingTree = "working_tree"
    case workingTreeEdits = "working_tree_edits"
    case workingTreeQuiet = "working_tree_quiet"

    /// The key in `gitplane.json`.
    var key: String { rawValue }

    var flag: String? {
        switch self {
        case .host: "--host"
        case .port: "--port"
        case .logLevel: "--log-level"
        case .logFormat: "--log-format"
        case .insecure: "--insecure"
        case .workingTree: "--no-working-tree"
        case .publicURL, .workingTreeEdits, .workingTreeQuiet: nil
        }
    }

    var variable: String? {
        switch self {
        case .host: "CONTROL_PLANE_BIND"
        case .port: "CONTROL_PLANE_PORT"
        case .publicURL: "GITPLANE_PUBLIC_URL"
        case .workingTreeEdits: "GITPLANE_WORKING_TREE_EDITS"
        case .workingTreeQuiet: "GITPLANE_WORKING_TREE_QUIET"
        case .logLevel, .logFormat, .insecure, .workingTree: nil
        }
    }

    /// The type that the schema gives the value; text from a flag or a variable is read as this.
    var type: ValueType {
        switch self {
        case .port: .integer
        case .insecure, .workingTree: .boolean
        case .host, .logLevel, .logFormat, .publicURL, .workingTreeEdits, .workingTreeQuiet: .string
        }
    }

    enum ValueType {
        case string
        case integer
        case boolean
    }

    /// Variables of the contract that this version does not honour yet; ignoring them would be worse than refusing.
    static let laterVariables = [
        "GITPLANE_SECRETS_IDENTITY_FILE", "GITPLANE_SECRETS_RECIPIENTS", "GITPLANE_TRUSTED_PROXIES",
        "GITPLANE_METRICS_LISTEN", "GITPLANE_RATE_LIMITS", "GITPLANE_EGRESS_ALLOW",
    ]
}
