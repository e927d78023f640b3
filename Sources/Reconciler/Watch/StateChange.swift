package import Foundation
package import StateRepo

/// One commit of `main` as watchers are told of it.
///
/// A class, because the same change waits in many places at once.
package final class StateChange: Sendable {
    package let place: WatchPlace
    package let acceptedAt: Date
    package let authorName: String
    package let authorEmail: String
    package let channel: Channel
    /// ``Principal/Identity`` as text; `nil` for what did not come by a push.
    package let pushedBy: String?
    package let subject: String
    /// Every resource whose tag is another one, by name: with a document or a release also its agent.
    package let resources: [ResourceChange]

    /// - Parameter old: the state of the commit before.
    init(_ entry: HistoryEntry, from old: StateSnapshot, to new: StateSnapshot) {
        self.place = entry.place
        self.acceptedAt = entry.acceptedAt
        self.authorName = entry.authorName
        self.authorEmail = entry.authorEmail
        self.channel = entry.channel
        self.pushedBy = entry.pushedBy
        self.subject = entry.subject
        let names = Set(entry.resources + entry.resources.compactMap(\.agentAround))
        self.resources = names.sorted().compactMap { ResourceChange($0, from: old, to: new) }
    }
}

/// A resource that a commit made, changed or removed.
package struct ResourceChange: Hashable, Sendable {
    package let resource: ResourceName
    /// `nil` when it did not exist, or could not be shown.
    package let before: ResourceTag?
    package let after: ResourceTag?

    /// `nil` when the tag stayed the same.
    init?(_ resource: ResourceName, from old: StateSnapshot, to new: StateSnapshot) {
        self.resource = resource
        self.before = ResourceTag(of: resource, in: old)
        self.after = ResourceTag(of: resource, in: new)
        guard before != after else { return nil }
    }
}

extension ResourceName {
    /// The agent whose representation shows this resource.
    fileprivate var agentAround: ResourceName? {
        switch self {
        case .document(let id, _), .release(let id): .agent(id)
        case .agent, .provider, .connectionDefault, .systemSettings, .skill: nil
        }
    }
}
