package import Documents
import HashTreeCollections

/// One place that names something, found by reading the table of references backwards.
package struct ReferenceUse: Hashable, Sendable {
    /// The most places that a refusal lists; the rest is only counted.
    package static let maximumListed = 1_000

    /// Who names it.
    package let resource: ResourceName
    package let file: String
    package let pointer: JSONPointer
    /// Whether it is the published definition, not the draft, that names it.
    package let isPublished: Bool
}

extension StateTree {
    /// Every place that names `name`, in drafts, in definitions that releases pin, in skills and in the settings.
    ///
    /// Cost grows with the number of documents; it is asked for deletions and on demand only.
    /// - Parameter own: places inside this agent do not count: what it says of itself goes with it.
    package func uses(of target: Reference.Target, named name: String, exceptIn own: AgentID? = nil) -> [ReferenceUse] {
        var uses: [ReferenceUse] = []
        for id in agentIDs where id != own {
            uses += Self.uses(of: target, name, in: agents[id], isPublished: false)
        }
        for (id, release) in releases where id != own && release.pinned?.tree != agents[id]?.tree {
            uses += Self.uses(of: target, name, in: release.pinned, isPublished: true)
        }
        for (id, skill) in skills {
            guard let facts = skill.facts else { continue }
            uses += Self.places(of: target, name, in: facts.references).map {
                ReferenceUse(resource: .skill(id), file: "skills/\(id)/SKILL.md", pointer: $0, isPublished: false)
            }
        }
        for (id, provider) in providers {
            uses += Self.places(of: target, name, in: provider.facts?.references ?? []).map {
                ReferenceUse(resource: .provider(id), file: provider.file.path, pointer: $0, isPublished: false)
            }
        }
        for (key, connection) in connections {
            uses += Self.places(of: target, name, in: connection.facts?.references ?? []).map {
                let resource = ResourceName.connectionDefault(key)
                return ReferenceUse(resource: resource, file: connection.file.path, pointer: $0, isPublished: false)
            }
        }
        uses += Self.places(of: target, name, in: settings?.facts?.references ?? []).map {
            let file = "state/system-settings.json"
            return ReferenceUse(resource: .systemSettings, file: file, pointer: $0, isPublished: false)
        }
        return uses.sorted { ($0.resource, $0.isPublished ? 1 : 0) < ($1.resource, $1.isPublished ? 1 : 0) }
    }

    private static func uses(
        of target: Reference.Target,
        _ name: String,
        in folder: AgentFolder?,
        isPublished: Bool
    ) -> [ReferenceUse] {
        guard let folder, let facts = folder.facts else { return [] }
        if target == .skill, facts.customSkills.contains(name) { return [] }
        let file = isPublished ? "state/releases/\(folder.id).json" : "\(Layout.agentFolder(folder.id))/agent.json"
        return places(of: target, name, in: facts.references).map {
            ReferenceUse(resource: .agent(folder.id), file: file, pointer: $0, isPublished: isPublished)
        }
    }

    private static func places(
        of target: Reference.Target,
        _ name: String,
        in references: [Reference]
    ) -> [JSONPointer] {
        references.filter { $0.target == target && $0.name.hasSameBytes(as: name) }.map(\.pointer)
    }
}
