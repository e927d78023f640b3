import Catalogue
import Documents

/// Which provider and model a definition runs with (contract, section 3, publish checks).
package struct ModelResolution: Hashable, Sendable {
    package let provider: String
    package let model: String

    /// Resolves by the contract's order; `nil` when no enabled and connected provider with a model is found.
    ///
    /// - Parameter value: the content of `agent.json`.
    static func resolve(_ value: JSONValue, _ review: ReferenceReview) -> ModelResolution? {
        let settings = review.rules.settings(of: review.tree)
        for provider in candidates(value, settings) {
            guard let id = ProviderID(provider), settings.enabledProviders[provider] != false, review.isConnected(id)
            else { continue }
            return model(of: provider, value, settings, review).map { ModelResolution(provider: provider, model: $0) }
        }
        return nil
    }

    /// Providers in the order in which they are tried; only allowed ones.
    static func candidates(_ value: JSONValue, _ settings: SettingsFacts) -> [String] {
        let policy = value["model_policy"]
        let named = [policy?["default_provider"]?.stringValue].compactMap { $0 } + policy.fallback
        let all = named + [settings.defaultProvider].compactMap { $0 } + settings.fallbackOrder
        let allowed = policy?["allowed_providers"]?.arrayValue?.texts
        var seen: Set<String> = []
        return all.filter { !$0.isEmpty && allowed?.contains($0) != false && seen.insert($0).inserted }
    }

    private static func model(
        of provider: String,
        _ value: JSONValue,
        _ settings: SettingsFacts,
        _ review: ReferenceReview
    ) -> String? {
        let policy = value["model_policy"]
        let choices = [
            policy?["default_models"]?[provider]?.stringValue,
            settings.defaultModels[provider],
            policy?["available_models_by_provider"]?[provider].texts.first,
            settings.availableModels[provider]?.first,
            review.rules.catalogue.provider(provider)?.defaultModels["medium"],
        ]
        return choices.compactMap { $0 }.first { !$0.isEmpty }
    }
}

extension JSONValue? {
    fileprivate var fallback: [String] { self?["fallback_order"].texts ?? [] }
}
