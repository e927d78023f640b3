/// Whether an agent has ever gone live.
package enum AgentStatus: String, Sendable {
    case draft
    case published

    /// - Parameter release: what is live; `nil` before the first publish and after an unpublish.
    package init(_ release: ReleaseFacts?) { self = release == nil ? .draft : .published }
}
