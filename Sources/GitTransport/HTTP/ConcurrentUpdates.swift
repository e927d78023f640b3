import StateRepo
import Synchronization

/// Tells whether another push was to bring a ref to the same commit at the same time: then where the ref is afterwards says
/// nothing of which of the two has moved it.
final class ConcurrentUpdates: Sendable {
    private struct Key: Hashable {
        let ref: String
        let target: AnyObjectID?
    }

    private struct Crowd {
        var present = 0
        /// Whether there was more than one at a time since the first came.
        var isShared = false
    }

    private let crowds = Mutex<[Key: Crowd]>([:])

    /// To be called before git is started, and ``end(_:)`` when where the refs are has been looked at.
    func begin(_ updates: [RefUpdate]) {
        crowds.withLock { crowds in
            for key in Self.keys(updates) {
                crowds[key, default: Crowd()].present += 1
                if let crowd = crowds[key], crowd.present > 1 { crowds[key]?.isShared = true }
            }
        }
    }

    /// Whether there is, or was meanwhile, another push with that update.
    func isShared(_ update: RefUpdate) -> Bool {
        crowds.withLock { $0[Key(ref: update.ref, target: update.new)]?.isShared ?? false }
    }

    func end(_ updates: [RefUpdate]) {
        crowds.withLock { crowds in
            for key in Self.keys(updates) {
                crowds[key]?.present -= 1
                if let crowd = crowds[key], crowd.present <= 0 { crowds[key] = nil }
            }
        }
    }

    /// One for each ref, however often a client names it.
    private static func keys(_ updates: [RefUpdate]) -> Set<Key> {
        Set(updates.map { Key(ref: $0.ref, target: $0.new) })
    }
}
