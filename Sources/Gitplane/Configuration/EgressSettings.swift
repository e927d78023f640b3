import Catalogue
import Documents
import Providers

/// How the server reaches vendors when it verifies connections.
struct EgressSettings: Sendable {
    /// What may be reached although it is private.
    let allowed: [EgressRange]
    /// `nil` when vendors are reached without one.
    let proxy: ProxyAddress?
    /// What the proxy may be asked for beside the hosts of the catalogue.
    let proxyHosts: [HostPattern]

    /// Takes values that fit the schema; no problem quotes the proxy, which may have a password.
    init(_ values: [ServerSetting: SettingValue], _ problems: inout [ConfigurationProblem]) {
        self.allowed = Self.items(values[.egressAllow], &problems, "is no range of addresses such as 10.0.0.0/8") {
            EgressRange($0)
        }
        self.proxyHosts = Self.items(
            values[.egressProxyHosts],
            &problems,
            "is no name of a host, nor one such as *.example.org"
        ) {
            HostPattern($0)
        }
        self.proxy = values[.egressProxy]?.value.stringValue.flatMap(ProxyAddress.init)
        if let value = values[.egressProxy], proxy == nil {
            let form = "http://proxy.example.com:3128 or http://user:password@proxy.example.com:3128"
            problems.append(ConfigurationProblem(place: value.place, message: "this is not an address such as \(form)"))
        }
        if let hosts = values[.egressProxyHosts], !proxyHosts.isEmpty, values[.egressProxy] == nil {
            problems.append(ConfigurationProblem(place: hosts.place, message: "there is no egress_proxy with it"))
        }
    }

    /// The proxy with every host that it may be asked for.
    func proxy(_ catalogue: Catalogue) -> EgressProxy? {
        proxy.map { EgressProxy($0, allowedHosts: HostPattern.hosts(of: catalogue) + proxyHosts) }
    }

    private static func items<Item>(
        _ value: SettingValue?,
        _ problems: inout [ConfigurationProblem],
        _ message: String,
        _ read: (String) -> Item?
    ) -> [Item] {
        var items: [Item] = []
        for text in (value?.value.arrayValue ?? []).compactMap(\.stringValue) {
            if let item = read(text) {
                items.append(item)
            } else {
                problems.append(ConfigurationProblem(place: value?.place ?? "", message: "\"\(text)\" \(message)"))
            }
        }
        return items
    }
}
