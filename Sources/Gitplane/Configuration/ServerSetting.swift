/// A setting of the server that this version knows: its name in each of the three places.
enum ServerSetting: String, CaseIterable {
    case host
    case port
    case logLevel = "log_level"
    case logFormat = "log_format"
    case metricsListen = "metrics_listen"
    case traces
    case tracesShare = "traces_share"
    case insecure
    case tlsCertificate = "tls_certificate"
    case tlsKey = "tls_key"
    case behindProxy = "behind_proxy"
    case trustedProxies = "trusted_proxies"
    case publicURL = "public_url"
    case rateLimits = "rate_limits"
    case egressAllow = "egress_allow"
    case egressProxy = "egress_proxy"
    case egressProxyHosts = "egress_proxy_hosts"
    case workingTree = "working_tree"
    case workingTreeEdits = "working_tree_edits"
    case workingTreeQuiet = "working_tree_quiet"
    case maintenance
    case secretsIdentityFile = "secrets_identity_file"
    case secretsRecipients = "secrets_recipients"

    /// The key in `gitplane.json`.
    var key: String { rawValue }

    var flag: String? {
        switch self {
        case .host: "--host"
        case .port: "--port"
        case .logLevel: "--log-level"
        case .logFormat: "--log-format"
        case .insecure: "--insecure"
        case .tlsCertificate: "--tls-certificate"
        case .tlsKey: "--tls-key"
        case .behindProxy: "--behind-proxy"
        case .workingTree: "--no-working-tree"
        case .metricsListen, .traces, .tracesShare, .publicURL, .trustedProxies, .rateLimits, .egressAllow,
            .egressProxy, .egressProxyHosts, .workingTreeEdits, .workingTreeQuiet, .maintenance, .secretsIdentityFile,
            .secretsRecipients:
            nil
        }
    }

    var variable: String? {
        switch self {
        case .host: "CONTROL_PLANE_BIND"
        case .port: "CONTROL_PLANE_PORT"
        case .metricsListen: "GITPLANE_METRICS_LISTEN"
        case .traces: "GITPLANE_TRACES"
        case .tracesShare: "GITPLANE_TRACES_SHARE"
        case .publicURL: "GITPLANE_PUBLIC_URL"
        case .trustedProxies: "GITPLANE_TRUSTED_PROXIES"
        case .rateLimits: "GITPLANE_RATE_LIMITS"
        case .egressAllow: "GITPLANE_EGRESS_ALLOW"
        case .egressProxy: "GITPLANE_EGRESS_PROXY"
        case .egressProxyHosts: "GITPLANE_EGRESS_PROXY_HOSTS"
        case .workingTreeEdits: "GITPLANE_WORKING_TREE_EDITS"
        case .workingTreeQuiet: "GITPLANE_WORKING_TREE_QUIET"
        case .maintenance: "GITPLANE_MAINTENANCE"
        case .secretsIdentityFile: "GITPLANE_SECRETS_IDENTITY_FILE"
        case .secretsRecipients: "GITPLANE_SECRETS_RECIPIENTS"
        case .logLevel, .logFormat, .insecure, .behindProxy, .tlsCertificate, .tlsKey, .workingTree: nil
        }
    }

    /// The type that the schema gives the value; text from a flag or a variable is read as this.
    var type: ValueType {
        switch self {
        case .port: .integer
        case .insecure, .behindProxy, .workingTree: .boolean
        case .trustedProxies, .egressAllow, .egressProxyHosts, .secretsRecipients: .list
        case .rateLimits: .rates
        case .host, .logLevel, .logFormat, .metricsListen, .traces, .tracesShare, .publicURL, .tlsCertificate, .tlsKey,
            .egressProxy,
            .workingTreeEdits, .workingTreeQuiet, .maintenance, .secretsIdentityFile:
            .string
        }
    }

    enum ValueType {
        case string
        case integer
        case boolean
        /// Items between commas.
        case list
        /// `off`, or `name=rate` between commas.
        case rates
    }
}
