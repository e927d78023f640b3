import Documents
package import Foundation

/// Who brought commits to `main` by a push, and when the server took them.
///
/// It stands on the new tip under `refs/notes/gitplane`, so that the history index can be made again from git alone.
package struct PushNote: Hashable, Sendable {
    /// The largest note that is read, in bytes.
    package static let maximumSize = 8 << 10

    /// What `main` was before: the push brought everything above it on the first-parent chain.
    package let previous: CommitID
    /// ``Principal/Identity`` as text.
    package let pushedBy: String
    /// Whole seconds.
    package let acceptedAt: Date
    package let requestID: String?

    package init(previous: CommitID, pushedBy: String, acceptedAt: Date, requestID: String?) {
        self.previous = previous
        self.pushedBy = pushedBy
        self.acceptedAt = Date(timeIntervalSince1970: acceptedAt.timeIntervalSince1970.rounded(.down))
        self.requestID = requestID
    }
}

extension PushNote {
    /// The note as `git log --notes=gitplane` shows it: one `Key: value` on a line, in the form of trailers.
    package var text: String {
        var lines = [
            "Channel: \(Channel.push.rawValue)", "Pushed-By: \(Self.line(pushedBy))",
            "Accepted: \(Timestamp.text(acceptedAt))",
        ]
        if let requestID { lines.append("Request-Id: \(Self.line(requestID))") }
        lines.append("Previous: \(previous)")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Reads what ``text`` writes, whatever people have added to it; `nil` for anything else.
    package init?(parsing content: [UInt8]) {
        var values: [String: String] = [:]
        for line in CommitText.lines(of: String(decoding: content, as: UTF8.self)) {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = String(line[line.index(after: colon)...].drop { $0 == " " })
            values[String(line[..<colon]), default: value] = value
        }
        guard values["Channel"] == Channel.push.rawValue, let pushedBy = values["Pushed-By"], !pushedBy.isEmpty,
            let accepted = values["Accepted"].flatMap({ Timestamp.date($0) }),
            let previous = values["Previous"].flatMap({ CommitID($0) })
        else { return nil }
        self.init(previous: previous, pushedBy: pushedBy, acceptedAt: accepted, requestID: values["Request-Id"])
    }

    private static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { CharacterRules.isPlain($0) ? $0 : " " }))
    }
}

/// A push that the gate let through: it will move `main`, or fail by itself.
package struct AnnouncedPush: Hashable, Sendable {
    /// The commit that `main` is to name.
    package let tip: CommitID
    package let note: PushNote

    package init(tip: CommitID, note: PushNote) {
        self.tip = tip
        self.note = note
    }
}

/// Keeps the pushes that were let through until their notes are written; they survive a crash.
///
/// Calls block (they use a local database) and belong on a thread that may.
package protocol PushAnnouncing: Sendable {
    /// Remembers a push before it happens; of two with the same tip the later one counts.
    ///
    /// It is on disk when the call returns. Whoever cannot announce a push must refuse it.
    func announce(_ push: AnnouncedPush) throws
    /// Everything that waits, oldest first.
    func announced() throws -> [AnnouncedPush]
    /// Forgets the pushes with these tips: they are noted, or did not happen.
    func forget(_ tips: [CommitID]) throws
}
