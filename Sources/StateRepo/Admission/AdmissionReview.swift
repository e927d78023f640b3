import Documents
import HashTreeCollections

/// The gate: judges the step from one tree to the next, the same for every door (architecture, section 1).
///
/// It refuses what the change introduces. An error that the old tree already had, in a document that the change does not
/// touch, stops nothing; exceptions and rights are those of the old tree, so that no change can grant itself any.
package struct AdmissionReview: Sendable {
    /// The most agents a state may have.
    package static let maximumAgents = 50_000
    /// The most files that a state may have: as many as a first load takes.
    package static let maximumFiles = StateLoader.maximumChanges

    let rules: StateRules
    let secrets: SecretInventory
    let ledger: ReleaseLedger
    private let agentLimit: Int
    private let fileLimit: Int

    /// - Parameters:
    ///   - agentLimit: how many agents the state may have; tests make it small.
    ///   - fileLimit: the same for files.
    package init(
        rules: StateRules,
        secrets: SecretInventory,
        ledger: ReleaseLedger,
        agentLimit: Int = Self.maximumAgents,
        fileLimit: Int = Self.maximumFiles
    ) {
        self.rules = rules
        self.secrets = secrets
        self.ledger = ledger
        self.agentLimit = agentLimit
        self.fileLimit = fileLimit
    }

    /// Reviews a change.
    ///
    /// - Parameters:
    ///   - touched: every path whose entry differs between the trees.
    ///   - unread: the contents of touched files that the trees do not hold, because the server does not read them; keys
    ///     and attributes are looked for there too.
    ///   - introduced: definitions that agents' folders have in commits which the change brings in below its tip.
    ///   - message: what the caller wants the commit to say; it is kept for as long as any document.
    ///   - principal: who asks; `nil` checks the documents alone, as `gitplane validate` does.
    package func review(
        from old: StateTree,
        to new: StateTree,
        touched: [EntryPath],
        unread: [StateFile] = [],
        introduced: [AgentID: Set<TreeID>] = [:],
        message: String? = nil,
        by principal: Principal?
    ) -> AdmissionVerdict {
        let change = TouchedResources(touched)
        var diagnostics = touched.compactMap { new.strays[$0] }
        diagnostics += change.paths.flatMap { new.problems[$0] ?? [] }
        diagnostics += incomplete(old, new, change) + documents(new, change) + dangling(old, new, change)
        diagnostics += keys(old, new, change, unread) + attributes(unread)
        diagnostics += FormatRules.diagnostics(old, new, isTouched: change.touchesFormat)
        diagnostics += CollisionRules.diagnostics(new, touched: change.companionPaths)
        diagnostics += releases(change, old: old, new: new, introduced: introduced)
        diagnostics += size(old, new) + (message.map(KeyScan.diagnostics(ofMessage:)) ?? [])
        let missing = principal.map { ScopeRules.missing(change, for: $0) } ?? []
        return AdmissionVerdict(diagnostics: diagnostics, missingScopes: missing)
    }

    /// What the release files of a change break: their rules, then the publish checks on what they pin.
    func releases(
        _ change: TouchedResources,
        old: StateTree,
        new: StateTree,
        introduced: [AgentID: Set<TreeID>]
    ) -> [Diagnostic] {
        let releases = ReleaseRules(ledger: ledger, introduced: introduced)
        return change.releases.sorted().flatMap { id in
            let problems = releases.diagnostics(id, old: old, new: new)
            return problems.isEmpty ? publishProblems(id, old: old, new: new) : problems
        }
    }

    /// References of what the change touches, and whether the catalogue knows the connections it touches.
    private func documents(_ new: StateTree, _ change: TouchedResources) -> [Diagnostic] {
        let references = ReferenceReview(tree: new, rules: rules, secrets: secrets)
        let catalogue = CatalogueRules(catalogue: rules.catalogue)
        var diagnostics = change.touchesSettings ? references.settingsDiagnostics() : []
        for id in change.definitions {
            if let agent = new.agents[id] { diagnostics += references.diagnostics(of: agent) }
        }
        for id in change.skillDocuments {
            if let skill = new.skills[id] { diagnostics += references.diagnostics(of: skill) }
        }
        for id in change.providers {
            guard let provider = new.providers[id] else { continue }
            diagnostics += catalogue.diagnostics(id, provider) + references.diagnostics(of: provider, id)
        }
        for key in change.connections {
            guard let connection = new.connections[key] else { continue }
            diagnostics += catalogue.diagnostics(key, connection) + references.diagnostics(of: connection, key)
        }
        return diagnostics
    }

    /// Folders that the change leaves without the file that makes them an agent or a skill.
    private func incomplete(_ old: StateTree, _ new: StateTree, _ change: TouchedResources) -> [Diagnostic] {
        let agents = change.agents.subtracting(change.definitions).compactMap { id -> AgentFolder? in
            guard let folder = new.agents[id], folder.definition == nil, old.agents[id] == nil else { return nil }
            return folder
        }
        let skills = change.skills.subtracting(change.skillDocuments).compactMap { id -> SkillFolder? in
            guard let folder = new.skills[id], folder.document == nil, old.skills[id] == nil else { return nil }
            return folder
        }
        return agents.flatMap(\.definitionDiagnostics) + skills.flatMap(\.diagnostics)
    }

    /// Documents that the change does not touch and that named what it removes.
    private func dangling(_ old: StateTree, _ new: StateTree, _ change: TouchedResources) -> [Diagnostic] {
        let goneAgents = change.agents.filter { old.agents[$0]?.definition != nil && new.agents[$0]?.definition == nil }
        let goneSkills = change.skills.filter { old.skills[$0]?.document != nil && new.skills[$0]?.document == nil }
        var diagnostics: [Diagnostic] = []
        for id in goneAgents {
            diagnostics += uses(.agent, id.description, new, change)
            guard let release = new.releases[id] else { continue }
            let file = release.document.file.path
            let message = "the agent \"\(id)\" is gone and its release is not"
            let hint = "remove this file too"
            diagnostics.append(Diagnostic(.error, "release.agent_missing", file: file, message, hint: hint))
        }
        for id in goneSkills { diagnostics += uses(.skill, id.description, new, change) }
        return diagnostics
    }

    private func uses(
        _ target: Reference.Target,
        _ name: String,
        _ new: StateTree,
        _ change: TouchedResources
    ) -> [Diagnostic] {
        new.uses(of: target, named: name).compactMap { use in
            if case .agent(let id) = use.resource, change.definitions.contains(id), !use.isPublished { return nil }
            if case .skill(let id) = use.resource, change.skillDocuments.contains(id) { return nil }
            let place = use.isPublished ? "the published definition of \(use.resource)" : "\(use.resource)"
            return Diagnostic(
                .error,
                "reference.not_found",
                file: use.file,
                pointer: use.pointer,
                position: use.isPublished ? nil : new.file(at: use.file)?.position(of: use.pointer),
                "\(place) names the \(target.rawValue) \"\(name)\", which this change removes",
                hint: "change that first, or in the same change"
            )
        }
    }

    private func keys(
        _ old: StateTree,
        _ new: StateTree,
        _ change: TouchedResources,
        _ unread: [StateFile]
    ) -> [Diagnostic] {
        let scan = KeyScan(exceptions: rules.settings(of: old).plainTextExceptions)
        let files = change.paths.compactMap { new.file(at: $0) } + unread
        return files.flatMap(scan.diagnostics(of:))
    }

    private func attributes(_ unread: [StateFile]) -> [Diagnostic] {
        unread.filter { AttributeRules.applies(to: $0.path) }.flatMap {
            AttributeRules.diagnostics(path: $0.path, content: $0.content)
        }
    }

    /// A state that has grown too large could not be loaded any more; one that is too large already may shrink.
    private func size(_ old: StateTree, _ new: StateTree) -> [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        if new.agentIDs.count > agentLimit, new.agentIDs.count > old.agentIDs.count {
            let message = "there are \(new.agentIDs.count) agents; at most \(agentLimit) are allowed"
            diagnostics.append(Diagnostic(.error, "layout.too_many_agents", file: "state/agents", message))
        }
        if new.fileCount > fileLimit, new.fileCount > old.fileCount {
            let message = "there are \(new.fileCount) files; at most \(fileLimit) are allowed"
            diagnostics.append(Diagnostic(.error, "layout.too_many_files", file: "state", message))
        }
        return diagnostics
    }

    /// The publish checks on what a release pins, unless it only deactivates.
    private func publishProblems(_ id: AgentID, old: StateTree, new: StateTree) -> [Diagnostic] {
        guard let release = new.releases[id], let facts = release.facts, let pinned = release.pinned else { return [] }
        if let previous = old.releases[id]?.facts, previous.version == facts.version,
            previous.definition == facts.definition, !facts.isActive || previous.isActive
        {
            return []
        }
        return PublishReview(tree: new, rules: rules, secrets: secrets).diagnostics(of: pinned)
            .filter { $0.severity == .error }
    }
}
