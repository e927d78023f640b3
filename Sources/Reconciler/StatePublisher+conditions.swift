import Concurrency
import Foundation
import HashTreeCollections
import Logging
import StateRepo

/// What a pass reports, to people by conditions and to watchers by events.
extension StatePublisher {
    /// How many commits of one movement are told one by one; watchers read more of them from history.
    static let maximumSteps = 200

    /// The condition `Ready` of what is served.
    func noteReady(_ snapshot: StateSnapshot) {
        let broken = snapshot.head.strays.count + snapshot.head.problems.count
        conditions.set(
            .ready,
            broken == 0 ? .yes : .no,
            reason: broken == 0 ? "Reconciled" : "InvalidDocuments",
            message: broken == 0
                ? "the head of main is served"
                : broken == 1
                    ? "one file is broken; its last good version is served"
                    : "\(broken) files are broken; their last good versions are served",
            revision: snapshot.revision,
            at: configuration.now()
        )
    }

    /// The condition `HistoryRewritten`, from the refs that keep lost tips: a person who has looked at one deletes it.
    ///
    /// A tip of which nothing is left is told until the next start.
    func reviewLostTips() throws {
        let tips = try run { repository in try LostTips().all(in: repository) }
        if let newest = tips.last {
            let others = tips.count == 1 ? "" : ", as \(tips.count - 1) others before"
            let remedy = "delete the ref when you know why"
            tellRewrite("MainReplaced", "\(newest.target), kept as \(newest.name)\(others); \(remedy)")
        } else if let goneTip {
            let remedy = "compare what was answered last with a clone or a backup"
            tellRewrite("CommitsLost", "\(goneTip), and nothing is left of it; \(remedy)")
        } else {
            conditions.remove(.historyRewritten)
        }
    }

    /// The conditions `StorageFull` and `WritesFailing`: from what the file system says of its room, and, after a failure and
    /// while one of them holds, from whether a file can be written.
    func reviewStorage() {
        if DiskRoom(at: configuration.repositoryPath).isExhausted { return tellFull() }
        if configuration.doubt.take() { storage.note() }
        let told = [Condition.Kind.storageFull, .writesFailing].filter { conditions[$0] != nil }
        guard storage.begin(at: .now, isTold: !told.isEmpty) else { return }
        let problem = StorageProbe(repositoryAt: configuration.repositoryPath).run()
        let holding = problem.map { $0.isFull ? Condition.Kind.storageFull : .writesFailing }
        for condition in told where condition != holding { conditions.remove(condition) }
        guard let problem else { return }
        if problem.isFull { tellFull() } else { tellUnwritable(problem.reason) }
    }

    /// Until a pass finds room.
    func tellFull() {
        conditions.remove(.writesFailing)
        conditions.set(
            .storageFull,
            .yes,
            reason: "NoRoom",
            message: "the disk is full: writes are refused until there is room, and what is published is served",
            revision: snapshots.latest?.revision,
            at: configuration.now()
        )
    }

    private func tellUnwritable(_ reason: String) {
        conditions.set(
            .writesFailing,
            .yes,
            reason: "StorageUnwritable",
            message: "files cannot be written (\(reason)): writes fail, or git does not see them; reads go on",
            revision: snapshots.latest?.revision,
            at: configuration.now()
        )
    }

    private func tellRewrite(_ reason: String, _ what: String) {
        conditions.set(
            .historyRewritten,
            .yes,
            reason: reason,
            message: "main no longer contains \(what)",
            revision: snapshots.latest?.revision,
            at: configuration.now()
        )
    }

    /// Tells watchers by which commits the head moved from `old` to `snapshot`.
    func announce(_ snapshot: StateSnapshot, after old: StateSnapshot?) {
        guard let old else {
            watch.start(at: snapshot.place)
            return
        }
        do {
            for event in try events(from: old, to: snapshot) { watch.publish(event) }
        } catch {
            logger.warning("changes not told one by one", metadata: ["error": "\(error)"])
            watch.publish(.behind(head: snapshot.place))
        }
    }

    private func events(from old: StateSnapshot, to snapshot: StateSnapshot) throws -> [WatchEvent] {
        let limit = Self.maximumSteps + 1
        guard let entries = try index.entries(after: old.place, upTo: snapshot.sequence, limit: limit) else {
            return [.reset(head: snapshot.place, lost: old.revision)]
        }
        switch entries.count {
        case limit: return [.behind(head: snapshot.place)]
        case 1: return [.change(StateChange(entries[0], from: old, to: snapshot))]
        default:
            return try run { repository in
                var walk = SnapshotWalk(from: old, index: self.index, decoder: self.configuration.rules.decoder)
                return try entries.map { entry in .change(try walk.step(to: entry, in: repository)) }
            }
        }
    }
}
