internal import Dispatch

/// Runs the store's jobs on a queue of their own, as they wait for the disk.
final class SecretsExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "gitplane.secrets")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
