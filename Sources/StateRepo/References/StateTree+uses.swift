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
        uses(exceptIn: own) { $0.target == target && $0.name.hasSameBytes(as: name) }.map(\.use)
    }

    /// The same for everything that `isMeant` accepts, each place with the reference that it holds.
    func uses(
        exceptIn own: AgentID? = nil,
        where isMeant: (Reference) -> Bool
    ) -> [(use: ReferenceUse, reference: Reference)] {
        var uses: [(use: ReferenceUse, reference: Reference)] = []
        func add(_ resource: ResourceName, _ file: String, _ references: [Reference]?, isPublished: Bool = false) {
            for reference in references ?? [] where isMeant(reference) {
                let pointer = reference.pointer
                let use = ReferenceUse(resource: resource, file: file, pointer: pointer, isPublished: isPublished)
                uses.append((use, reference))
            }
        }
        for id in agentIDs where id != own {
            add(.agent(id), "\(Layout.agentFolder(id))/agent.json", Self.outgoing(agents[id]))
        }
        for (id, release) in releases where id != own && release.pinned?.tree != agents[id]?.tree {
            add(.agent(id), "state/releases/\(id).json", Self.outgoing(release.pinned), isPublished: true)
        }
        for (id, skill) in skills { add(.skill(id), "skills/\(id)/SKILL.md", skill.facts?.references) }
        for (id, provider) in providers { add(.provider(id), provider.file.path, provider.facts?.references) }
        for (key, connection) in connections {
            add(.connectionDefault(key), connection.file.path, connection.facts?.references)
        }
        add(.systemSettings, "state/system-settings.json", settings?.facts?.references)
        return uses.sorted {
            ($0.use.resource, $0.use.isPublished ? 1 : 0) < ($1.use.resource, $1.use.isPublished ? 1 : 0)
        }
    }

    /// What a definition names outside itself: not the skills that it brings along.
    private static func outgoing(_ folder: AgentFolder?) -> [Reference]? {
        guard let facts = folder?.facts else { return nil }
        return facts.references.filter { $0.target != .skill || !facts.customSkills.contains($0.name) }
    }
}

/// A place that names something which the settings define.
package struct SettingUse: Hashable, Sendable {
    package let use: ReferenceUse
    /// The place in `state/system-settings.json` that is named.
    package let setting: JSONPointer
}

extension StateTree {
    /// Every place that names a shared variable, or a tool that the settings add to those of the catalogue.
    package var settingUses: [SettingUse] {
        guard let facts = settings?.facts else { return [] }
        return uses { reference in
            switch reference.target {
            case .sharedVariable: facts.sharedVariables.contains(reference.name)
            case .tool: facts.additionalToolIDs.contains(reference.name)
            case .agent, .skill, .provider, .integration, .secret: false
            }
        }.map { use, reference in
            let isTool = reference.target == .tool
            let list = isTool ? ["tools", "additional_tool_ids"] : ["shared_variables", reference.name]
            return SettingUse(use: use, setting: JSONPointer(tokens: list))
        }
    }
}
