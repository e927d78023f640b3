/// What a credential may do; every operation of the contract names the one it needs.
package enum Scope: String, CaseIterable, Comparable, Sendable {
    case stateRead = "state:read"
    case stateWrite = "state:write"
    case agentsPublish = "agents:publish"
    case secretsRead = "secrets:read"
    case secretsWrite = "secrets:write"
    case metricsRead = "metrics:read"
    case accessAdmin = "access:admin"

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}
