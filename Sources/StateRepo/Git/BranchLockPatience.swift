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

    /// Does `body`, and does it again after a pause as long as it throws `locked`.
    func waiting<Result>(_ body: () throws(GitError) -> Result) throws(GitError) -> Result {
        for attempt in 1..<max(attempts, 1) {
            do throws(GitError) {
                return try body()
            } catch {
                guard error.code == .locked else { throw error }
                pause(attempt)
            }
        }
        return try body()
    }
}
