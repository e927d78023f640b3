import Access
import Documents
import Foundation
import Logging
import StateRepo

extension ServerConfiguration {
    /// Reads flags, environment and `gitplane.json`, in this order of precedence.
    ///
    /// Every value is checked, also one that another place overrides. A variable without text counts as not set.
    /// - Parameters:
    ///   - schemas: where `schemas/server.json` is, by which all three places are judged.
    ///   - workingDirectory: what relative paths start at; absolute.
    /// - Throws: ``ConfigurationError`` with every problem.
    static func load(
        flags: ServerFlags,
        environment: [String: String],
        schemas: SchemaRegistry,
        workingDirectory: String
    ) throws(ConfigurationError) -> ServerConfiguration {
        var problems: [ConfigurationProblem] = []
        let environment = environment.filter { !$0.value.isEmpty }
        let folder = dataDirectory(flags.dataDir, environment, workingDirectory, &problems)
        let file = ConfigurationFile(path: folder.appending(path: "gitplane.json").path)
        let document = file.read(schemas: schemas, &problems)
        var values: [ServerSetting: SettingValue] = [:]
        let reader = SettingReader(flags: flags, environment: environment, file: document, schemas: schemas)
        for setting in ServerSetting.allCases { values[setting] = reader.value(of: setting, &problems) }
        let configuration = ServerConfiguration(
            values,
            dataDirectory: folder,
            workingDirectory: workingDirectory,
            &problems
        )
        guard let configuration, problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return configuration
    }

    /// Where the data folder is, by flag or variable; absolute.
    static func dataDirectory(
        _ flag: String?,
        _ environment: [String: String],
        _ workingDirectory: String,
        _ problems: inout [ConfigurationProblem]
    ) -> URL {
        let place = flag == nil ? "GITPLANE_DATA_DIR" : "--data-dir"
        let text = flag ?? environment["GITPLANE_DATA_DIR"] ?? "data"
        if text.isEmpty || text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            problems.append(ConfigurationProblem(place: place, message: "this is not the path of a folder"))
        }
        let base = URL(filePath: workingDirectory, directoryHint: .isDirectory)
        let folder = URL(filePath: text, directoryHint: .isDirectory, relativeTo: base).absoluteURL.standardizedFileURL
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory), !isDirectory.boolValue {
            problems.append(ConfigurationProblem(place: place, message: "\(folder.path) is not a folder"))
        }
        return folder
    }

    /// `nil` when a value is missing because it was wrong.
    private init?(
        _ values: [ServerSetting: SettingValue],
        dataDirectory: URL,
        workingDirectory: String,
        _ problems: inout [ConfigurationProblem]
    ) {
        guard let host = values[.host], let name = host.value.stringValue, let port = values[.port]?.value.intValue,
            let level = values[.logLevel]?.value.stringValue.flatMap(Logger.Level.init(rawValue:)),
            let format = values[.logFormat]?.value.stringValue.flatMap(LogFormat.init(rawValue:)),
            let isInsecure = values[.insecure]?.value.boolValue,
            let keepsTree = values[.workingTree]?.value.boolValue,
            let tree = WorkingTreeSettings(
                edits: values[.workingTreeEdits]?.value,
                quiet: values[.workingTreeQuiet]?.value
            )
        else { return nil }
        let address = BindAddress(host: name, port: port)
        var warnings: [String] = []
        let proxies = Self.trustedProxies(values, &problems)
        let tls = Self.tls(values, dataDirectory: dataDirectory, workingDirectory: workingDirectory, &problems)
        if !address.isLoopback, proxies.isEmpty, tls == nil {
            let danger = "\(address.host) may be reached from other machines, and there is neither TLS nor a proxy"
            if isInsecure {
                warnings.append("\(danger): tokens and state travel in plain text")
            } else {
                let message =
                    "\(danger) (listen on 127.0.0.1, give a certificate, name the proxy, or start with --insecure on a network that you trust)"
                problems.append(ConfigurationProblem(place: host.place, message: message))
            }
        }
        let metrics = Self.metricsAddress(values[.metricsListen], &problems)
        if let metrics, !metrics.isLoopback {
            warnings.append("\(metrics.host) may be reached from other machines: everybody there can read /metrics")
        }
        let secrets = SecretsSettings(
            identityFile: values[.secretsIdentityFile]?.value,
            recipients: values[.secretsRecipients],
            dataDirectory: dataDirectory,
            &problems
        )
        self.init(
            dataDirectory: dataDirectory,
            address: address,
            logLevel: level,
            logFormat: format,
            publicOrigin: Self.publicOrigin(values, &problems),
            metricsAddress: metrics,
            traces: TraceSettings(values, &problems),
            egress: EgressSettings(values, &problems),
            workingTree: keepsTree ? tree : nil,
            maintenance: values[.maintenance]?.value.stringValue.flatMap(DurationText.duration),
            tls: tls,
            trustedProxies: proxies,
            rates: Self.rates(values),
            secrets: secrets,
            warnings: warnings
        )
    }

    private static func metricsAddress(
        _ value: SettingValue?,
        _ problems: inout [ConfigurationProblem]
    ) -> BindAddress? {
        guard let value, let text = value.value.stringValue else { return nil }
        if let address = BindAddress(text) { return address }
        let message = "this is not an address and a port such as 127.0.0.1:9090"
        problems.append(ConfigurationProblem(place: value.place, message: message))
        return nil
    }
}
