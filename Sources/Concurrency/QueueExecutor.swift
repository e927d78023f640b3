internal import Dispatch

/// Runs an actor's jobs on a private serial queue, so that calls that block never hold a thread of the shared pool.
package final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(label: String) { self.queue = DispatchQueue(label: label) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    /// Runs `body` on the queue when its turn comes.
    package func run(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

    /// Runs `body` on the queue, once `delay` has passed and what runs then has ended.
    package func run(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now(after: delay), execute: body)
    }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
