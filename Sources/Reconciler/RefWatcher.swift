import Dispatch
import Glibc
import Logging
import Synchronization

/// Notices, by inotify(7), that refs of the repository move.
///
/// A hint only: events can be lost or never come (network file systems), so a periodic scan stands behind it.
struct RefWatcher {
    /// Directories below the repository in which git writes when a branch moves.
    private static let directories = ["", "/refs", "/refs/heads"]

    private let repositoryPath: String
    private let logger: Logger

    init(repositoryPath: String, logger: Logger) {
        self.repositoryPath = repositoryPath
        self.logger = logger
    }

    /// One element for each burst of events; it ends when the stream is dropped.
    func events() -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
            guard descriptor >= 0 else {
                logger.warning("no inotify", metadata: ["errno": "\(errno)"])
                return
            }
            for directory in Self.directories {
                let mask = UInt32(IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_CLOSE_WRITE)
                if inotify_add_watch(descriptor, repositoryPath + directory, mask) < 0 {
                    logger.warning("directory not watched", metadata: ["errno": "\(errno)"])
                }
            }
            let source = EventSource(descriptor) {
                Self.drain(descriptor)
                continuation.yield()
            }
            continuation.onTermination = { _ in source.cancel() }
        }
    }

    /// Takes what has gathered; which file it was does not matter.
    private static func drain(_ descriptor: Int32) {
        withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 8) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
        }
    }
}

/// A descriptor that is watched for input until it is cancelled, and closed then.
final class EventSource: Sendable {
    // Dispatch sources are not marked Sendable; the lock is held for each of the few calls.
    private let source: Mutex<any DispatchSourceRead>

    init(_ descriptor: Int32, _ handler: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "gitplane.ref-watcher")
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler(handler: handler)
        source.setCancelHandler { close(descriptor) }
        source.resume()
        self.source = Mutex(source)
    }

    func cancel() { source.withLock { $0.cancel() } }
}
