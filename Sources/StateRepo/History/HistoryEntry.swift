package import Foundation

/// One commit on the first-parent chain of `main`, and which resources it touched against its first parent.
package struct HistoryEntry: Hashable, Sendable {
    package let revision: CommitID
    /// 1 for the first commit of the branch.
    package let sequence: Int
    /// The first parent comes first.
    package let parents: [CommitID]
    package let authorName: String
    package let authorEmail: String
    package let authoredAt: Date
    /// When the server took it: the committer date of its own commits, what the note of a push says, else the running
    /// maximum of committer dates.
    package let acceptedAt: Date
    package let channel: Channel
    /// The text of the trailer `Principal:`, believed only in commits that the server made.
    package let principal: String?
    /// Who pushed it, in the form of ``principal``; `nil` for what came by no push that the server let through.
    package let pushedBy: String?
    package let requestID: String?
    package let subject: String
    package let resources: [ResourceName]
    /// Every changed path, for the filter `path`.
    package let paths: [String]

    package init(
        revision: CommitID,
        sequence: Int,
        parents: [CommitID],
        authorName: String,
        authorEmail: String,
        authoredAt: Date,
        acceptedAt: Date,
        channel: Channel,
        principal: String?,
        pushedBy: String? = nil,
        requestID: String?,
        subject: String,
        resources: [ResourceName],
        paths: [String]
    ) {
        self.revision = revision
        self.sequence = sequence
        self.parents = parents
        self.authorName = authorName
        self.authorEmail = authorEmail
        self.authoredAt = authoredAt
        self.acceptedAt = acceptedAt
        self.channel = channel
        self.principal = principal
        self.pushedBy = pushedBy
        self.requestID = requestID
        self.subject = subject
        self.resources = resources
        self.paths = paths
    }
}

/// Who changed a resource last, and with which commit.
package struct LastChange: Hashable, Sendable {
    package let revision: CommitID
    package let sequence: Int
    package let time: Date
    /// The author's name.
    package let author: String

    package init(revision: CommitID, sequence: Int, time: Date, author: String) {
        self.revision = revision
        self.sequence = sequence
        self.time = time
        self.author = author
    }
}
