internal import Dispatch
internal import Foundation
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// One thread that does work in order, for what computes long and is waited for by few.
///
/// It ends with the last reference. What is waited for by others has no place on one that stands behind others:
/// - Threads are born as nice as the one that starts them, so nothing is resumed or enqueued there, for which the runtime might
///   start a thread of its pool.
/// - Whoever maps or gives back memory holds up others that do, until it has its turn on a processor.
package final class WorkThread: Sendable {
    /// How a thread stands when processors are scarce.
    package enum Standing: Sendable {
        case asOthers
        /// It takes no processor from a thread that runs (`SCHED_BATCH`, sched(7)), and gets a tenth of what others get (nice 10).
        ///
        /// On Linux both belong to a thread (nice(2), "C library/kernel differences"), and cannot be taken back without a
        /// privilege: so it is never a thread of a shared pool.
        case behindOthers
    }

    /// `SCHED_BATCH` of the kernel's interface (linux/sched.h), which Swift's view of the C library leaves out.
    package static let batch: Int32 = 3
    package static let niceness: Int32 = 10

    private let jobs = Jobs()

    package init(label: String, standing: Standing) {
        let thread = Thread { [jobs] in
            if standing == .behindOthers { Self.standBack() }
            jobs.run()
        }
        thread.name = label
        thread.start()
    }

    deinit { jobs.add(.end) }

    /// Does `body` when everything before is done.
    package func run(_ body: @escaping @Sendable () -> Void) { jobs.add(.run(body)) }

    /// Neither step can fail, because less is always allowed; 0 is this thread.
    private static func standBack() {
        var parameters = sched_param(sched_priority: 0)
        _ = sched_setscheduler(0, batch, &parameters)
        _ = nice(niceness)
    }
}

/// What a thread has still to do.
private final class Jobs: Sendable {
    enum Job: Sendable {
        case run(@Sendable () -> Void)
        case end
    }

    private let waiting = Mutex<[Job]>([])
    private let count = DispatchSemaphore(value: 0)

    func add(_ job: Job) {
        waiting.withLock { $0.append(job) }
        count.signal()
    }

    /// Does what comes, in order, until the end is told.
    func run() {
        while true {
            count.wait()
            guard case .run(let body) = waiting.withLock({ $0.removeFirst() }) else { return }
            body()
        }
    }
}
