import Foundation
import Logging
import StateRepo

/// Follows what became of announced pushes: those that moved `main` get their notes, the others are forgotten in time.
struct PushRecords {
    /// How long a push that was let through may take to move `main`; only a crash leaves one that old.
    static let expiry: TimeInterval = 3_600

    let announcements: any PushAnnouncing
    let index: any HistoryIndexing
    let notes: PushNotes
    let logger: Logger

    /// The announced pushes by tip, for the index, which does not wait for the notes.
    func announced() throws -> [CommitID: PushNote] {
        Dictionary(try announcements.announced().map { ($0.tip, $0.note) }) { _, newer in newer }
    }

    /// Writes the notes of the pushes whose tips are on `main` and indexed; what fails is tried again by the next pass.
    func settle(in repository: borrowing GitRepository, at time: Date) {
        do {
            let waiting = try announcements.announced()
            guard !waiting.isEmpty else { return }
            let done = try waiting.filter { try index.entry($0.tip) != nil }
            try repository.renewing(.notes, onDamage: tellRenewal) { (repository) throws(GitError) in
                try notes.write(done, in: repository, at: time)
            }
            try announcements.forget(done.map(\.tip))
            let expired = Set(waiting).subtracting(done).filter { isExpired($0, at: time) }
            try announcements.forget(expired.map(\.tip))
        } catch {
            logger.error("notes of pushes not written", metadata: ["error": "\(error)"])
        }
    }

    private func tellRenewal(_ error: GitError, _ tip: CommitID?) {
        let metadata: Logger.Metadata = ["tip": "\(tip?.description ?? "none")", "error": "\(error)"]
        logger.error("notes of pushes begin anew", metadata: metadata)
    }

    private func isExpired(_ push: AnnouncedPush, at time: Date) -> Bool {
        time.timeIntervalSince(push.note.acceptedAt) > Self.expiry
    }
}
