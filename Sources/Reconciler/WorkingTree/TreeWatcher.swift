import Glibc
import Logging
import StateRepo
import Synchronization

/// Notices, by inotify(7), that somebody edits or commits in a working tree.
///
/// A hint only, as ``RefWatcher``: events can be lost, and of a large tree not every folder is watched.
final class TreeWatcher: Sendable {
    /// The most folders that are watched.
    static let maximumWatches = 20_000

    /// What has happened since it was asked for last.
    struct Hints: OptionSet, Sendable {
        let rawValue: Int

        /// A branch, the index or `HEAD`.
        static let git = Hints(rawValue: 1)
        /// A file.
        static let files = Hints(rawValue: 2)
    }

    private struct State {
        var hints: Hints = []
        var watched: [String: Int32] = [:]
        var gitWatches: Set<Int32> = []
    }

    private let folder: WorkingTreeFolder
    private let logger: Logger
    /// Negative where there is no inotify.
    private let descriptor: Int32
    private let state = Mutex(State())

    init(_ folder: WorkingTreeFolder, logger: Logger) {
        self.folder = folder
        self.logger = logger
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        if descriptor < 0 { logger.warning("no inotify", metadata: ["errno": "\(errno)"]) }
    }

    /// One element for each burst of events.
    ///
    /// To be asked for once; it ends when the stream is dropped.
    func events() -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            guard descriptor >= 0 else { return }
            for directory in [folder.gitDirectory, "\(folder.repository)/refs/heads"] {
                let watch = add(directory)
                if watch >= 0 { state.withLock { _ = $0.gitWatches.insert(watch) } }
            }
            let source = EventSource(descriptor) { [self] in
                drain()
                continuation.yield()
            }
            continuation.onTermination = { _ in source.cancel() }
        }
    }

    /// Takes what has happened.
    func take() -> Hints {
        state.withLock { state in
            defer { state.hints = [] }
            return state.hints
        }
    }

    /// Watches these folders, relative to the root, beside those that are watched already.
    func watch(_ folders: [String]) {
        guard descriptor >= 0 else { return }
        let wanted = Set(folders.prefix(Self.maximumWatches))
        let known = state.withLock { state in
            state.watched = state.watched.filter { wanted.contains($0.key) }
            return Set(state.watched.keys)
        }
        for name in wanted.subtracting(known) {
            let watch = add(name.isEmpty ? folder.root : "\(folder.root)/\(name)")
            guard watch >= 0 else {
                // The kernel's limit for this user: the scan sees the rest.
                if errno == ENOSPC { return }
                continue
            }
            state.withLock { $0.watched[name] = watch }
        }
    }

    /// The folders that are watched, relative to the root.
    var watchedFolders: Set<String> { state.withLock { Set($0.watched.keys) } }

    private func add(_ directory: String) -> Int32 {
        let events = IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB
        return inotify_add_watch(descriptor, directory, UInt32(events))
    }

    private func drain() {
        let gitWatches = state.withLock { $0.gitWatches }
        var hints: Hints = []
        var ended: Set<Int32> = []
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                Self.each(of: UnsafeRawBufferPointer(rebasing: buffer[..<count])) { event in
                    let isOverflow = event.mask & UInt32(IN_Q_OVERFLOW) != 0
                    hints.formUnion(isOverflow ? [.git, .files] : gitWatches.contains(event.wd) ? .git : .files)
                    if event.mask & UInt32(IN_IGNORED) != 0 { ended.insert(event.wd) }
                }
            }
        }
        state.withLock { state in
            state.hints.formUnion(hints)
            // A folder that was deleted is watched anew when there is one of its name again.
            if !ended.isEmpty { state.watched = state.watched.filter { !ended.contains($0.value) } }
        }
    }

    private static func each(of events: UnsafeRawBufferPointer, _ body: (inotify_event) -> Void) {
        let header = MemoryLayout<inotify_event>.size
        var position = 0
        while position + header <= events.count {
            let event = events.loadUnaligned(fromByteOffset: position, as: inotify_event.self)
            body(event)
            position += header + Int(event.len)
        }
    }
}
