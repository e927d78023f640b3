import Synchronization

/// Word that something could not be written, from whoever met it to whoever finds out why.
package final class StorageDoubt: Sendable {
    private let isRaised = Atomic(false)

    package init() {}

    package func raise() { isRaised.store(true, ordering: .sequentiallyConsistent) }

    /// - Returns: whether it was raised since this was asked last.
    package func take() -> Bool { isRaised.exchange(false, ordering: .sequentiallyConsistent) }
}
