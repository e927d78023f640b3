package import Catalogue

/// The secret fields of a connection, with the origin they were entered for.
///
/// Prints nothing of the values.
package struct ConnectionSecrets: Sendable {
    /// By the names of the catalogue's fields.
    package let values: [String: String]
    /// Where they may be sent; `nil` when they were entered for no address.
    package let origin: String?

    package init(values: [String: String], origin: String?) {
        self.values = values
        self.origin = origin
    }

    package static let none = ConnectionSecrets(values: [:], origin: nil)

    /// Whether both are the same, byte by byte.
    package func isSame(as other: ConnectionSecrets) -> Bool {
        origin == other.origin && values.count == other.values.count
            && values.allSatisfy { name, value in other.values[name].map { $0.utf8.elementsEqual(value.utf8) } ?? false
            }
    }
}

extension ConnectionSecrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "ConnectionSecrets(redacted)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A connection as it is verified: the catalogue's entry, the mode, and every value.
package struct ConnectionValues: Sendable {
    package let connection: CatalogueConnection
    package let authMode: String
    /// Values of plain fields, as the state has them.
    package let plain: [String: String]
    package let secrets: ConnectionSecrets

    package init(
        _ connection: CatalogueConnection,
        authMode: String,
        plain: [String: String],
        secrets: ConnectionSecrets
    ) {
        self.connection = connection
        self.authMode = authMode
        self.plain = plain
        self.secrets = secrets
    }

    /// The value of a field, or the catalogue's; `nil` when there is none.
    func value(_ name: String) -> String? {
        guard let field = connection.field(name) else { return nil }
        if field.isSecret { return secrets.values[name] }
        return plain[name] ?? field.defaultValue
    }
}
