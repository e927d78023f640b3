import Glibc

/// How long a lock of another writer is waited for.
package struct BranchLockPatience: Sendable {
    package let attempts: Int
    /// Blocks the thread between two attempts, the number of which it is given.
    package let pause: @Sendable (Int) -> Void

    package init(attempts: Int, pause: @escaping @Sendable (Int) -> Void) {
        self.attempts = attempts
        self.pause = pause
    }

    /// About two seconds, with pauses of 10 to 50 ms so that two writers do not keep step.
    package static let standard = BranchLockPatience(attempts: 65) { _ in usleep(UInt32.random(in: 10_000...50_000)) }
}
