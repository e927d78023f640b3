import Foundation
import Logging
import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("Who notices edits in a working tree", .timeLimit(.minutes(15)))
struct TreeWatcherTests {
    /// A watcher over folders that look like a working tree and its repository.
    private func withWatcher(_ body: (TreeWatcher, WorkingTreeFolder) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let folder = WorkingTreeFolder(
                root: directory.appending(path: "state").path,
                repository: directory.appending(path: "state.git").path
            )
            for path in [folder.root, folder.gitDirectory, "\(folder.repository)/refs/heads"] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            let watcher = TreeWatcher(folder, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let events = watcher.events()
            try await body(watcher, folder)
            withExtendedLifetime(events) {}
        }
    }

    @Test("sees what happens in a folder that was removed and made again")
    func madeAgain() async throws {
        try await withWatcher { watcher, folder in
            let docs = "\(folder.root)/docs"
            try FileManager.default.createDirectory(atPath: docs, withIntermediateDirectories: false)
            watcher.watch(["", "docs"])
            try FileManager.default.removeItem(atPath: docs)
            try FileManager.default.createDirectory(atPath: docs, withIntermediateDirectories: false)
            // Events come in order: with this one, the end of the first folder has been seen.
            try Data().write(to: URL(filePath: "\(folder.gitDirectory)/index"))
            try await until { watcher.take().contains(.git) }
            watcher.watch(["", "docs"])
            try Data("x".utf8).write(to: URL(filePath: "\(docs)/note.md"))
            try await until { watcher.take().contains(.files) }
        }
    }

    @Test("watches so many folders, and not one more")
    func limit() async throws {
        try await withWatcher { watcher, folder in
            for name in ["a", "b"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder.root)/\(name)",
                    withIntermediateDirectories: false
                )
            }
            let first = Array(repeating: "a", count: TreeWatcher.maximumWatches)
            watcher.watch(first + ["b"])
            #expect(watcher.watchedFolders == ["a"])
            watcher.watch(first.dropLast() + ["b"])
            #expect(watcher.watchedFolders == ["a", "b"])
        }
    }
}
