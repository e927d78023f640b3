import Documents
import StateRepo

/// A commit of `main` as lists and single reads show it.
struct ChangeBody: Sendable {
    /// What lists show.
    let summary: JSONObject

    /// - Parameter merged: the commits that a merge brought in; `nil` for a commit that is none.
    init(_ entry: HistoryEntry, merged: [GitCommit]?) {
        var summary: JSONObject = [
            "revision": .string(entry.revision.description), "sequence": JSONValue(entry.sequence),
            "parents": .array(entry.parents.map { .string($0.description) }),
            "author": Self.author(name: entry.authorName, email: entry.authorEmail),
            "authored_at": .string(Timestamp.text(entry.authoredAt)),
            "time": .string(Timestamp.text(entry.acceptedAt)), "channel": .string(entry.channel.rawValue),
        ]
        summary["principal"] = entry.principal.map(JSONValue.string)
        summary["pushed_by"] = entry.pushedBy.map(JSONValue.string)
        summary["request_id"] = entry.requestID.map(JSONValue.string)
        summary["subject"] = .string(entry.subject)
        summary["resources"] = .array(entry.resources.map { .string($0.description) })
        summary["commits"] = merged.map { .array($0.map(Self.commit)) }
        self.summary = summary
    }

    /// The whole change.
    init(_ record: ChangeRecord, tag: ResourceTag) {
        let isMerge = record.entry.parents.count > 1
        var body = ChangeBody(record.entry, merged: isMerge ? record.merged : nil).summary
        body["message"] = .string(record.commit.message)
        body["changes"] = .array(record.comparison.differences.map(\.json))
        if record.comparison.isTruncated { body["truncated"] = true }
        body["etag"] = .string(tag.description)
        self.summary = body
    }

    private static func commit(_ commit: GitCommit) -> JSONValue {
        let subject = commit.message.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
        return [
            "revision": .string(commit.id.description),
            "author": author(name: commit.author.name, email: commit.author.email),
            "authored_at": .string(Timestamp.text(commit.author.date)), "subject": .string(String(subject)),
        ]
    }

    private static func author(name: String, email: String) -> JSONValue {
        ["name": .string(name), "email": .string(email)]
    }
}
