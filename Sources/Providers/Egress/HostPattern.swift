package import Catalogue

/// Names of hosts that a proxy may be asked for: one name, or `*.example.org` for every name below it.
package struct HostPattern: Hashable, Sendable {
    /// In lower case; a `*` stands for one label, at the beginning for one or more.
    private let labels: [String]

    /// `nil` for what names no host: addresses, ports, a `*` that is only a part of a label or stands elsewhere.
    package init?(_ text: String) {
        self.init(labelsOf: text)
        guard !labels.dropFirst().contains("*") else { return nil }
    }

    private init?(labelsOf text: String) {
        let labels = text.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        // What an endpoint cannot name can never be asked for.
        let name = labels.map { $0 == "*" ? "x" : $0 }.joined(separator: ".")
        guard labels.last != "*", let origin = Origin("https://\(name)"), origin.address == nil,
            origin.host.utf8.elementsEqual(name.utf8)
        else { return nil }
        self.labels = labels
    }

    /// - Parameter host: in lower case.
    package func matches(_ host: String) -> Bool {
        let names = host.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard labels.first != "*" else {
            let rest = labels.dropFirst()
            return names.count >= labels.count && Self.match(rest, names.suffix(rest.count))
        }
        return names.count == labels.count && Self.match(labels[...], names[...])
    }

    private static func match(_ labels: ArraySlice<String>, _ names: ArraySlice<String>) -> Bool {
        zip(labels, names).allSatisfy { $0 == "*" || $0.utf8.elementsEqual($1.utf8) }
    }
}

extension HostPattern {
    /// The hosts of vendors that the catalogue itself names, where an entry's field is part of a name with every value of it.
    package static func hosts(of catalogue: Catalogue) -> [HostPattern] {
        let connections = catalogue.providers.map(\.connection) + catalogue.integrations.map(\.connection)
        return connections.flatMap { connection in
            connection.recipes.flatMap(\.bases).flatMap { base in
                [
                    base.text { connection.field($0)?.defaultValue }.flatMap(HostPattern.init(host:)),
                    base.text { _ in "*" }.flatMap(HostPattern.init(host:)),
                ]
                .compactMap(\.self)
            }
        }
    }

    /// The host of an address; `nil` when less than two of its labels are certain.
    private init?(host text: String) {
        let scheme = "https://"
        guard text.hasPrefix(scheme) else { return nil }
        self.init(labelsOf: String(text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != ":" }))
        guard labels.count(where: { $0 != "*" }) >= 2 else { return nil }
    }
}
