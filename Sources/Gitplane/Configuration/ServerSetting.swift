/// A setting of the server that this version knows: its name in each of the three places.
enum ServerSetting: String, CaseIterable {
    case host
    case port
    case logLevel = "log_level"
    case logFormat = "log_format"
    case insecure
    case publicURL = "public_url"

    /// The key in `gitplane.json`.
    var key: String { rawValue }

    var flag: String? {
        switch self {
        case .host: "--host"
        case .port: "--port"
        case .logLevel: "--log-level"
        case .logFormat: "--log-format"
        case .insecure: "--insecure"
        case .publicURL: nil
        }
    }

    var variable: String? {
        switch self {
        case .host: "CONTROL_PLANE_BIND"
        case .port: "CONTROL_PLANE_PORT"
        case .publicURL: "GITPLANE_PUBLIC_URL"
        case .logLevel, .logFormat, .insecure: nil
        }
    }

    /// The type that the schema gives the value; text from a flag or a variable is read as this.
    var type: ValueType {
        switch self {
        case .port: .integer
        case .insecure: .boolean
        case .host, .logLevel, .logFormat, .publicURL: .string
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
        "GITPLANE_METRICS_LISTEN", "GITPLANE_WORKING_TREE_EDITS", "GITPLANE_WORKING_TREE_QUIET",
        "GITPLANE_RATE_LIMITS", "GITPLANE_EGRESS_ALLOW",
    ]
}
