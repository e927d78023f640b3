import NIOCore
import Reconciler
import StateRepo
import Synchronization

/// The texts of the newest changes, made once for all watches with the same filter.
final class ChangeTexts: Sendable {
    /// How many texts are kept.
    static let maximumCount = 256
    /// How many bytes they have together: 8 MiB.
    static let maximumBytes = 8 << 20

    private struct Key: Hashable {
        let revision: CommitID
        let filter: WatchFilter
    }

    private struct Storage {
        /// `nil` for a change that the filter leaves out.
        var texts: [Key: ByteBuffer?] = [:]
        var bytes = 0
    }

    private let storage = Mutex(Storage())
    private let maximumCount: Int
    private let maximumBytes: Int

    init(maximumCount: Int = maximumCount, maximumBytes: Int = maximumBytes) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    /// How many texts are kept now, and their bytes.
    var size: (count: Int, bytes: Int) { storage.withLock { ($0.texts.count, $0.bytes) } }

    /// The event of a change; `nil` when the filter leaves it out.
    func text(of change: StateChange, for filter: WatchFilter) -> ByteBuffer? {
        let key = Key(revision: change.place.revision, filter: filter)
        if let known = storage.withLock({ $0.texts[key] }) { return known }
        let made = filter.matches(change).map { EventText.change(change, $0) }
        let size = made?.readableBytes ?? 0
        storage.withLock { storage in
            if storage.texts.count >= maximumCount || storage.bytes + size > maximumBytes {
                storage = Storage()
            }
            guard storage.texts.updateValue(made, forKey: key) == nil else { return }
            storage.bytes += size
        }
        return made
    }
}
