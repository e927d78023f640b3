import Catalogue
import Documents
import HTTPTypes
import HashTreeCollections
import Providers
import Reconciler
import Secrets
import StateRepo

extension Handlers {
    /// Adds `/onboarding`.
    ///
    /// - Parameter hasOwner: whether somebody has registered as the owner.
    package mutating func registerOnboarding(
        _ services: ConnectionServices,
        hasOwner: @escaping @Sendable () -> Bool
    ) {
        let onboarding = OnboardingHandlers(services: services, hasOwner: hasOwner)
        register("getOnboardingStatus") { try onboarding.status($0) }
        register("bootstrapOnboarding") { try await onboarding.bootstrap($0) }
    }
}

/// `/onboarding/status` and `/onboarding/bootstrap`.
struct OnboardingHandlers: Sendable {
    let services: ConnectionServices
    let hasOwner: @Sendable () -> Bool

    fileprivate func status(_ request: OperationRequest) throws -> OperationResponse {
        let status = try status()
        // Anybody may ask; what is there is told to those who may read it.
        let isKnown = request.principal?.may(.stateRead) ?? false
        return OperationResponse(.ok, .json(status.json { isKnown ? status.detail($0) : nil }))
    }

    private func status() throws -> OnboardingStatus {
        let snapshot = try services.state.snapshots.current
        return try OnboardingStatus(snapshot, hasOwner: hasOwner()) { try isConnected($0, in: snapshot) }
    }

    private func isConnected(_ id: ProviderID, in snapshot: StateSnapshot) throws -> Bool {
        guard let facts = snapshot.serving.providers[id]?.facts else { return false }
        guard let secret = facts.secret else { return true }
        return try services.credentials.marks(of: .provider(id))[secret] != nil
    }

    fileprivate func bootstrap(_ request: OperationRequest) async throws -> OperationResponse {
        let body = request.body?.objectValue ?? [:]
        switch body["step"]?.stringValue {
        case "access": try await setAccess(request, body)
        case "provider": try await connect(request, body)
        case "agent": try await makeAgent(request, body)
        default: try await publish(request, body)
        }
        let status = try status()
        return OperationResponse(.ok, .json(status.json(status.detail)))
    }

    private func setAccess(_ request: OperationRequest, _ body: JSONObject) async throws {
        var patch: JSONObject = ["general": ["allowed_user_ids": body["allowed_user_ids"] ?? []]]
        if let provider = body["default_provider"] { patch["providers"] = ["default_provider": provider] }
        let edit = ResourceEdit(.patchSettings(.merge(.object(patch))))
        _ = try await services.state.write(request, ChangeSet(edit))
    }

    private func connect(_ request: OperationRequest, _ body: JSONObject) async throws {
        let named = try services.provider(body["provider_id"]?.stringValue ?? "")
        let baseURL = try services.baseURL(body)
        let draft: ProviderDraft
        if let key = body["api_key"]?.stringValue {
            let principal = try request.requirePrincipal()
            guard principal.may(.secretsWrite) else {
                throw ProblemError.insufficientScope(.secretsWrite, of: principal)
            }
            draft = try ProviderDraft(key: key, baseURL: baseURL, for: named)
        } else {
            draft = try ProviderDraft(localAt: baseURL, for: named)
        }
        let isAboutSecrets = !draft.secrets.values.isEmpty
        _ = try await services.attempting(.written, request, named.document, if: isAboutSecrets) {
            try await services.verify(draft.values, of: named.document)
        }
        _ = try await services.write(request, named.document, isAboutSecrets: isAboutSecrets) {
            let edit = ResourceEdit(.putMetadata(named.document, draft.document))
            return ConnectionChange(edit: edit, secrets: draft.secrets)
        }
    }

    /// Leaves an agent of that name as it is.
    private func makeAgent(_ request: OperationRequest, _ body: JSONObject) async throws {
        let text = body["id"]?.stringValue ?? ""
        guard let id = AgentID(text) else { throw StateError.invalidID(text, kind: "agent") }
        let snapshot = try services.state.snapshots.current
        guard snapshot.head.agents[id] == nil else { return }
        let name = body["display_name"]?.stringValue ?? text
        var definition: JSONObject = ["display_name": .string(name)]
        if OnboardingStatus.settings(snapshot)?["providers"]?["default_provider"] == nil,
            let provider = try snapshot.serving.providers.keys.sorted().first(where: {
                try isConnected($0, in: snapshot)
            })
        {
            definition["model_policy"] = ["default_provider": .string(provider.description)]
        }
        let instructions =
            "You are \(name). Help the people who talk to you, and say so when you do not know something.\n"
        let content = AgentContent(definition: definition, documents: [.instructions: instructions])
        _ = try await services.state.write(request, ChangeSet(ResourceEdit(.createAgent(id, content))))
    }

    private func publish(_ request: OperationRequest, _ body: JSONObject) async throws {
        let status = try status()
        let text = body["agent_id"]?.stringValue ?? ""
        guard status.isReady(.publish) else {
            let missing = [OnboardingStatus.Step.provider, .agent].filter { !status.done.contains($0) }
            throw ProblemError(
                .stepNotReady,
                "An agent is published once a provider is connected and an agent is made.",
                details: ["missing": .array(missing.map { .string($0.rawValue) })]
            )
        }
        guard let id = AgentID(text) else {
            throw StateError(.agentNotFound, "there is no agent \"\(text.prefix(80))\"")
        }
        let activate = body["activate"]?.boolValue ?? true
        let edit = ResourceEdit(.publish(id, version: nil, activate: activate))
        _ = try await services.state.write(request, ChangeSet(edit))
    }
}
