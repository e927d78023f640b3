import Documents
import HashTreeCollections

/// Whether a definition may run: the publish checks of contract, section 3.
///
/// Pure: it looks at the tree and at the names of secrets, never at the host.
package struct PublishReview: Sendable {
    /// The longest prompt that a definition may make, in Unicode scalars over all its prompt documents.
    package static let maximumPromptCharacters = 200_000

    private let review: ReferenceReview

    package init(tree: StateTree, rules: StateRules, secrets: SecretInventory) {
        self.review = ReferenceReview(tree: tree, rules: rules, secrets: secrets)
    }

    /// Everything there is to say about publishing `folder`; errors block it, warnings do not.
    package func diagnostics(of folder: AgentFolder) -> [Diagnostic] {
        guard let definition = folder.definition, definition.facts != nil else { return folder.diagnostics }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: definition.file.content)
        } catch {
            return folder.diagnostics
        }
        let subject = Subject(folder: folder, file: definition.file, value: value)
        return folder.diagnostics + references(folder) + model(subject) + prompt(subject) + coherence(subject)
    }

    /// The provider and model that `folder` would run with; `nil` when nothing is found, or its definition is broken.
    package func model(of folder: AgentFolder) -> ModelResolution? {
        guard let definition = folder.definition, definition.facts != nil else { return nil }
        do {
            return ModelResolution.resolve(try JSONValue(parsing: definition.file.content), review)
        } catch {
            return nil
        }
    }

    private struct Subject {
        let folder: AgentFolder
        let file: StateFile
        let value: JSONValue

        func problem(_ code: String, _ pointer: String, _ message: String, hint: String? = nil) -> Diagnostic {
            let pointer = JSONPointer(pointer) ?? .root
            let place = value[pointer] == nil ? nil : file.position(of: pointer)
            return Diagnostic(.error, code, file: file.path, pointer: pointer, position: place, message, hint: hint)
        }
    }

    /// A secret that is missing is a warning on a draft and blocks publishing.
    private func references(_ folder: AgentFolder) -> [Diagnostic] {
        review.diagnostics(of: folder).map { finding in
            guard finding.code == ReferenceReview.secretMissing else { return finding }
            return Diagnostic(
                .error,
                finding.code,
                file: finding.file,
                pointer: finding.pointer,
                position: finding.position,
                finding.message,
                hint: finding.hint
            )
        }
    }

    private func model(_ subject: Subject) -> [Diagnostic] {
        guard ModelResolution.resolve(subject.value, review) == nil else { return [] }
        let settings = review.rules.settings(of: review.tree)
        let candidates = ModelResolution.candidates(subject.value, settings)
        let pointer = "/model_policy/default_provider"
        guard let first = candidates.first else {
            let hint = "set model_policy.default_provider here or providers.default_provider in the system settings"
            return [
                subject.problem(
                    "publish.no_provider",
                    pointer,
                    "no provider is named that the agent may use",
                    hint: hint
                )
            ]
        }
        let message =
            "none of the providers the agent would use (\(candidates.joined(separator: ", "))) is enabled,"
            + " connected and has a model"
        let hint = "connect \"\(first)\" and enable it in the system settings"
        return [subject.problem("publish.no_model", pointer, message, hint: hint)]
    }

    private func prompt(_ subject: Subject) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        let speaking: [DocumentKind] = [.systemPrompt, .instructions]
        let speaks = speaking.contains { kind in
            subject.folder.document(kind)?.file.text.contains { !$0.isWhitespace } == true
        }
        if !speaks, subject.folder.facts?.hasMission != true {
            let message = "the agent has nothing to say: no mission, no system_prompt and no instructions"
            let hint = "write mission_profile.mission, or a system_prompt or instructions document"
            problems.append(subject.problem("publish.no_prompt", "/mission_profile/mission", message, hint: hint))
        }
        let kinds: [DocumentKind] = [.identity, .soul, .systemPrompt, .instructions, .rules]
        let length = kinds.reduce(0) { $0 + (subject.folder.document($1)?.file.text.unicodeScalars.count ?? 0) }
        if length > Self.maximumPromptCharacters {
            let message =
                "the prompt documents have \(length) characters together;"
                + " at most \(Self.maximumPromptCharacters) are allowed"
            problems.append(subject.problem("publish.prompt_too_long", "", message))
        }
        return problems
    }

    private func coherence(_ subject: Subject) -> [Diagnostic] {
        let policy = subject.value["model_policy"]
        var problems: [Diagnostic] = []
        if let allowed = policy?["allowed_providers"]?.arrayValue?.texts {
            let named =
                [("/model_policy/default_provider", policy?["default_provider"]?.stringValue)]
                + (policy?["fallback_order"].texts ?? []).enumerated().map {
                    ("/model_policy/fallback_order/\($0.offset)", $0.element)
                }
            for case (let pointer, let provider?) in named where !allowed.contains(provider) {
                let message = "the provider \"\(provider)\" is not among the allowed ones"
                let hint = "add it to model_policy.allowed_providers"
                problems.append(subject.problem("publish.provider_not_allowed", pointer, message, hint: hint))
            }
        }
        if case .number(let task)? = policy?["max_budget_usd"],
            case .number(let total)? = policy?["max_total_budget_usd"],
            total < task
        {
            let message = "the total budget is smaller than that of a single task"
            problems.append(subject.problem("publish.budget", "/model_policy/max_total_budget_usd", message))
        }
        return problems + skills(subject)
    }

    /// What the enabled skills need and do not bear.
    private func skills(_ subject: Subject) -> [Diagnostic] {
        let policy = subject.value["skill_policy"]
        let enabled = policy?["enabled_skills"].texts ?? []
        let disabled = Set(policy?["disabled_skills"].texts ?? [])
        var problems: [Diagnostic] = []
        for (index, skill) in enabled.enumerated() {
            if disabled.contains(skill) {
                let message = "the skill \"\(skill)\" is enabled and disabled at once"
                problems.append(subject.problem("publish.skill_policy", "/skill_policy/disabled_skills", message))
            }
            let facts = SkillID(skill).flatMap { review.tree.skills[$0] }?.facts
            let pointer = "/skill_policy/enabled_skills/\(index)"
            for other in facts?.conflicts ?? [] where enabled.contains(other) {
                let message = "the skill \"\(skill)\" does not work together with \"\(other)\", which is enabled too"
                problems.append(subject.problem("publish.skill_conflict", pointer, message, hint: "enable one of them"))
            }
            for other in facts?.requires ?? [] where disabled.contains(other) {
                let message = "the skill \"\(skill)\" needs \"\(other)\", which is disabled"
                problems.append(subject.problem("publish.skill_missing", pointer, message, hint: "enable both or none"))
            }
        }
        return problems
    }
}
