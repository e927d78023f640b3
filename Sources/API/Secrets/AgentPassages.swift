import Documents
import Secrets

/// How agents came and went, and what that does to their secrets.
struct AgentPassages: Sendable {
    /// How many names of secrets one entry of the audit log lists.
    static let maximumListed = 100

    /// One agent that came or went.
    struct Passage: Sendable {
        enum Kind: Sendable {
            /// - definition: the tree that it was; empty when nobody knows.
            /// - at: in seconds since 1970.
            case left(definition: String, at: Int)
            case came(definition: String)
        }

        let agent: String
        let kind: Kind

        init(agent: String, _ kind: Kind) {
            self.agent = agent
            self.kind = kind
        }
    }

    /// What went before that time is let go, in seconds since 1970.
    let expiry: Int
    /// Those of one agent in their order.
    var all: [Passage] = []

    /// Moves the secrets.
    ///
    /// - Returns: what the audit log says of it; nothing when nothing was to be moved.
    func apply(to document: inout SecretsDocument) -> [SecretsNote] {
        var notes: [SecretsNote] = []
        for passage in all {
            switch passage.kind {
            case .left(let definition, let time):
                let names = document.orphan(passage.agent, definition: definition, since: time)
                if !names.isEmpty { notes.append(Self.note(.orphaned, passage.agent, names)) }
            case .came(let definition):
                let names = document.adopt(passage.agent, definition: definition, leftAfter: expiry)
                if !names.isEmpty { notes.append(Self.note(.returned, passage.agent, names)) }
            }
        }
        for orphan in document.forgetOrphans(until: expiry) {
            notes.append(Self.note(.forgotten, orphan.agent, Array(orphan.secrets.keys)))
        }
        return notes
    }

    private static func note(_ event: SecretsNote.Event, _ agent: String, _ names: [SecretName]) -> SecretsNote {
        let listed = names.map(\.description).sorted().prefix(maximumListed)
        return .byServer(
            event,
            [
                "secret": .string("agents/\(agent)"), "count": JSONValue(names.count),
                "names": .array(listed.map(JSONValue.string)),
            ]
        )
    }
}
