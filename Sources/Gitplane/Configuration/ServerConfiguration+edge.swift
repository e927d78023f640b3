import API
import Access
import Concurrency
import Documents
import Foundation

extension ServerConfiguration {
    /// What holds at the border of the server.
    func edge(_ certificate: TLSCertificate?) -> EdgeRules {
        EdgeRules(
            hosts: HostRules(names: [address.host] + (publicOrigin.map { [$0.host] } ?? [])),
            proxies: trustedProxies,
            limiter: RateLimiter(rates),
            connections: ConnectionRules(
                exempt: trustedProxies.adding(AddressRange.loopback),
                openFiles: OpenFileLimit.current.soft
            ),
            certificate: certificate
        )
    }

    /// The settings of who is believed and counted, from values that fit the schema.
    static func trustedProxies(
        _ values: [ServerSetting: SettingValue],
        _ problems: inout [ConfigurationProblem]
    ) -> TrustedProxies {
        var ranges = values[.behindProxy]?.value.boolValue == true ? AddressRange.loopback : []
        guard let list = values[.trustedProxies] else { return TrustedProxies(ranges) }
        for text in (list.value.arrayValue ?? []).compactMap(\.stringValue) {
            if let range = AddressRange(text) {
                ranges.append(range)
            } else {
                let message = "\"\(text)\" is neither an IP address nor a range such as 10.0.0.0/8"
                problems.append(ConfigurationProblem(place: list.place, message: message))
            }
        }
        return TrustedProxies(ranges)
    }

    /// The files of HTTPS; a flag's path starts at the working directory, one in `gitplane.json` at the data folder.
    static func tls(
        _ values: [ServerSetting: SettingValue],
        dataDirectory: URL,
        workingDirectory: String,
        _ problems: inout [ConfigurationProblem]
    ) -> TLSFiles? {
        func file(_ setting: ServerSetting) -> TLSFiles.Named? {
            guard let value = values[setting], let path = value.value.stringValue else { return nil }
            let isFlag = value.place == setting.flag
            let base = isFlag ? URL(filePath: workingDirectory, directoryHint: .isDirectory) : dataDirectory
            return TLSFiles.Named(path: URL(filePath: path, relativeTo: base).absoluteURL.path, place: value.place)
        }
        switch (file(.tlsCertificate), file(.tlsKey)) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        case (let certificate?, nil):
            problems.append(ConfigurationProblem(place: certificate.place, message: "there is no tls_key with it"))
        case (nil, let key?):
            problems.append(ConfigurationProblem(place: key.place, message: "there is no tls_certificate with it"))
        }
        return nil
    }

    static func publicOrigin(
        _ values: [ServerSetting: SettingValue],
        _ problems: inout [ConfigurationProblem]
    ) -> PublicOrigin? {
        guard let url = values[.publicURL], let text = url.value.stringValue else { return nil }
        if let origin = PublicOrigin(text) { return origin }
        let message = "this is not an address such as https://agents.example.com"
        problems.append(ConfigurationProblem(place: url.place, message: message))
        return nil
    }

    static func rates(_ values: [ServerSetting: SettingValue]) -> RateLimiter.Rates {
        guard let value = values[.rateLimits]?.value else { return .usual() }
        guard let object = value.objectValue else { return .off }
        var rates: [RateLimitBucket: Rate] = [:]
        for member in object {
            guard let bucket = RateLimitBucket(rawValue: member.key) else { continue }
            rates[bucket] = member.value.stringValue.flatMap(Rate.init)
        }
        return .usual(overriding: rates)
    }
}
