/// Which rights a change needs: `agents:publish` for releases, `state:write` for everything else.
enum ScopeRules {
    static func missing(_ change: TouchedResources, for principal: Principal) -> Set<Scope> {
        var needed: Set<Scope> = change.touchesDefinitions ? [.stateWrite] : []
        if !change.releases.isEmpty { needed.insert(.agentsPublish) }
        return needed.subtracting(principal.scopes)
    }
}
