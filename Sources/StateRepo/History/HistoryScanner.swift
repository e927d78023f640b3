import Foundation

/// Describes commits of `main` for the history index.
package struct HistoryScanner: Sendable {
    /// The most paths that are recorded of one commit.
    package static let maximumPaths = 200_000

    private let identity: ServerIdentity

    package init(identity: ServerIdentity) { self.identity = identity }

    /// Describes `commit`, which follows `previous` on the first-parent chain and changed `paths`.
    ///
    /// - Parameter push: the push that brought it.
    package func entry(
        _ commit: GitCommit,
        paths: [EntryPath],
        after previous: HistoryEntry?,
        push: PushNote? = nil
    ) -> HistoryEntry {
        let isOurs = identity.isCommitter(of: commit)
        let push = isOurs ? nil : push
        let trailers = isOurs ? CommitMessage.trailers(of: commit.message) : []
        func trailer(_ key: String) -> String? { trailers.first { $0.key == key }?.value }
        let committed = Date(timeIntervalSince1970: TimeInterval(commit.committer.time))
        var resources: Set<ResourceName> = []
        for path in paths {
            if let resource = path.text.flatMap({ Layout.role(of: $0) })?.resource { resources.insert(resource) }
        }
        return HistoryEntry(
            revision: commit.id,
            sequence: (previous?.sequence ?? 0) + 1,
            parents: commit.parents,
            authorName: commit.author.name,
            authorEmail: commit.author.email,
            authoredAt: Date(timeIntervalSince1970: TimeInterval(commit.author.time)),
            acceptedAt: push?.acceptedAt ?? max(committed, previous?.acceptedAt ?? committed),
            channel: trailer("Channel").flatMap { Channel(rawValue: $0) } ?? .push,
            principal: trailer("Principal"),
            pushedBy: push?.pushedBy,
            requestID: trailer("Request-Id") ?? push?.requestID,
            subject: CommitText.lines(of: commit.message).first ?? "",
            resources: resources.sorted(),
            paths: paths.map(StrayRules.displayName)
        )
    }
}
