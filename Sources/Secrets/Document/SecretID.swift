/// The name of a secret, as it becomes the name of an environment variable: `^[A-Z][A-Z0-9_]{0,127}$`.
package struct SecretName: Hashable, Sendable, CustomStringConvertible {
    package static let maximumLength = 128

    package let description: String

    package init?(_ text: some StringProtocol) {
        let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let bytes = text.utf8
        guard bytes.count <= Self.maximumLength, let first = bytes.first, letters.contains(first),
            bytes.allSatisfy({ letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_") })
        else { return nil }
        self.description = String(text)
    }
}

/// Whose secret one is; owners are ids as they stand in paths of the repository.
package enum SecretScope: Hashable, Sendable {
    /// Of one agent.
    case agent(String)
    /// Of the installation; agents may be granted it.
    case global
    /// The credential of a provider's connection.
    case provider(String)
    /// A field of an integration's default connection.
    case connection(String)

    /// The longest id of an owner.
    package static let maximumOwnerLength = 64

    /// The first word of ids, and what answers call the scope.
    package var kind: String {
        switch self {
        case .agent: "agents"
        case .global: "global"
        case .provider: "providers"
        case .connection: "connections"
        }
    }

    /// The first part of ids, `agents/<id>` for instance.
    package var path: String {
        switch self {
        case .global: kind
        case .agent(let owner), .provider(let owner), .connection(let owner): "\(kind)/\(owner)"
        }
    }

    /// Reads what ``path`` writes.
    init?(_ text: String) {
        let words = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(words.count) else { return nil }
        self.init(kind: words[0], owner: words.count == 2 ? words[1] : nil)
    }

    fileprivate init?(kind: Substring, owner: Substring?) {
        guard let owner else {
            guard kind == "global" else { return nil }
            self = .global
            return
        }
        guard Self.isOwner(owner) else { return nil }
        switch kind {
        case "agents": self = .agent(String(owner))
        case "providers": self = .provider(String(owner))
        case "connections": self = .connection(String(owner))
        default: return nil
        }
    }

    private static func isOwner(_ text: Substring) -> Bool {
        (1...maximumOwnerLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            }
    }
}

/// Which secret: `agents/<id>/<NAME>`, `global/<NAME>`, `providers/<id>/<NAME>` or `connections/<key>/<NAME>`.
package struct SecretID: Sendable, CustomStringConvertible {
    package let scope: SecretScope
    package let name: SecretName
    package let description: String

    package init(_ scope: SecretScope, _ name: SecretName) {
        self.scope = scope
        self.name = name
        self.description = "\(scope.path)/\(name)"
    }

    package init?(_ text: String) {
        let words = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(words.count), let name = SecretName(words[words.count - 1]),
            let scope = SecretScope(kind: words[0], owner: words.count == 3 ? words[1] : nil)
        else { return nil }
        self.init(scope, name)
    }
}

extension SecretID: Hashable, Comparable {
    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.description == rhs.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }
}
