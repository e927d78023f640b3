import Foundation

/// The `git receive-pack` that waits for a hook: when it has ended, the push can do nothing any more.
///
/// It is looked for in `/proc`, because it is no child of this server when somebody pushes by file path, and only a
/// parent is told of an end. Where `/proc` does not show it, nobody can say.
package struct PushProcess: Sendable {
    /// How often is looked.
    private static let interval: Duration = .milliseconds(10)

    private let id: Int32
    /// Tells the process from a later one with the same number.
    private let startTime: UInt64

    /// The parent of the process `hook`; `nil` when it cannot be seen, or is none of git's.
    init?(ofHook hook: Int32) {
        guard hook > 0, let child = ProcessStatus(hook), child.parent > 1, let parent = ProcessStatus(child.parent),
            parent.name.hasPrefix("git")
        else { return nil }
        self.id = child.parent
        self.startTime = parent.startTime
    }

    var isRunning: Bool {
        guard let status = ProcessStatus(id) else { return false }
        return status.startTime == startTime && !status.hasEnded
    }

    /// Returns when the process has ended.
    ///
    /// - Throws: `CancellationError`.
    package func waitUntilEnd() async throws {
        while isRunning { try await Task.sleep(for: Self.interval) }
    }
}

/// What `/proc/<id>/stat` says of a process (proc(5)).
private struct ProcessStatus {
    let name: String
    let parent: Int32
    let startTime: UInt64
    /// Whether it is only remembered until its parent asks for it.
    let hasEnded: Bool

    /// `nil` when there is no such process.
    init?(_ id: Int32) {
        guard let content = FileManager.default.contents(atPath: "/proc/\(id)/stat") else { return nil }
        let text = String(decoding: content, as: UTF8.self)
        // The name is in parentheses, and may contain some itself.
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"), open < close else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let parent = Int32(fields[1]), let startTime = UInt64(fields[19]) else { return nil }
        self.name = String(text[text.index(after: open)..<close])
        self.parent = parent
        self.startTime = startTime
        self.hasEnded = ["Z", "X"].contains(fields[0])
    }
}
