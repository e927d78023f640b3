import ArgumentParser

/// The flags of `gitplane serve`; their values are texts, so that each wrong one is reported the same way.
struct ServerFlags: ParsableArguments {
    @Option(help: "Folder of the repository and everything beside it (GITPLANE_DATA_DIR; default: ./data).")
    var dataDir: String?

    @Option(help: "Address to listen on (CONTROL_PLANE_BIND; default: 127.0.0.1).")
    var host: String?

    @Option(help: "Port to listen on, 0 for a free one (CONTROL_PLANE_PORT; default: 8090).")
    var port: String?

    @Flag(help: "Believe the forwarding headers of a proxy on this machine.")
    var behindProxy = false

    @Option(help: "Certificate chain in PEM form, for HTTPS; needs --tls-key.")
    var tlsCertificate: String?

    @Option(help: "Private key of the certificate in PEM form.")
    var tlsKey: String?

    @Option(help: "Least severity that is logged: trace, debug, info, notice, warning, error, critical.")
    var logLevel: String?

    @Option(help: "Form of log lines: text or json.")
    var logFormat: String?

    @Flag(help: "Listen beyond this machine without TLS and without a proxy.")
    var insecure = false

    @Flag(help: "Keep no folder of files beside the repository.")
    var noWorkingTree = false

    /// What was given for a setting, as text.
    func text(_ setting: ServerSetting) -> String? {
        switch setting {
        case .host: host
        case .port: port
        case .logLevel: logLevel
        case .logFormat: logFormat
        case .insecure: insecure ? "true" : nil
        case .tlsCertificate: tlsCertificate
        case .tlsKey: tlsKey
        case .behindProxy: behindProxy ? "true" : nil
        case .workingTree: noWorkingTree ? "false" : nil
        case .metricsListen, .traces, .tracesShare, .publicURL, .trustedProxies, .rateLimits, .egressAllow,
            .egressProxy, .egressProxyHosts, .workingTreeEdits, .workingTreeQuiet, .maintenance, .secretsIdentityFile,
            .secretsRecipients:
            nil
        }
    }
}
