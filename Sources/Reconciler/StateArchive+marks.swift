package import Foundation
package import StateRepo

extension StateArchive {
    /// The most commits whose marks are looked for.
    package static let maximumMarked = 200_000

    /// Commits that this server made over HTTP since `time`, with their marks, newest first.
    package func marks(since time: Date) async throws(StateError) -> [MarkedCommit] {
        var found: [MarkedCommit] = []
        var query = HistoryQuery(upTo: .max, limit: Self.marksAtOnce)
        query.channel = .api
        query.since = time
        for _ in 0..<(Self.maximumMarked / Self.marksAtOnce) {
            let entries = try entries(matching: query)
            let commits = entries.map(\.revision)
            found += try await read { repository in
                var marks: [MarkedCommit] = []
                for commit in commits {
                    // Of one that is damaged nobody knows the mark; a retry of its request is a new one.
                    let message = try Substitution.readable { () throws(GitError) in
                        try repository.readCommit(commit).message
                    }
                    let trailers = CommitMessage.trailers(of: message ?? "")
                    let text = trailers.first { $0.key == IdempotencyMark.trailer }?.value
                    if let mark = text.flatMap(IdempotencyMark.init(trailer:)) {
                        marks.append(MarkedCommit(mark, commit))
                    }
                }
                return marks
            }
            guard entries.count == Self.marksAtOnce, let last = entries.last else { break }
            query.before = last.sequence
        }
        return found
    }

    /// Whether a commit is in the history that is served.
    package func isOnMain(_ commit: CommitID) throws(StateError) -> Bool {
        do {
            _ = try resolve(.commit(prefix: commit.description))
            return true
        } catch {
            if error.code == .revisionNotFound { return false }
            throw error
        }
    }

    private static let marksAtOnce = 1_000
}
