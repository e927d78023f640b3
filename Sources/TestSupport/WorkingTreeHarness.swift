import API
package import Foundation
import Logging
package import Reconciler
import StateRepo
import Synchronization
package import Testing

/// The working tree of a ``StateServer``, kept by passes that a test asks for, with a clock that it moves.
package struct WorkingTreeHarness: Sendable {
    package static let quiet = Duration.seconds(2)

    package let keeper: WorkingTreeKeeper
    package let board: WorkingTreeBoard
    /// The folder that people edit.
    package let root: URL
    /// Git in the folder.
    package let git: Git
    private let elapsed: ElapsedTime

    package init(_ server: StateServer, mode: WorkingTreeMode = .adopt) async throws {
        root = server.directory.appending(path: "state")
        elapsed = ElapsedTime()
        board = server.services.workingTree
        let (elapsed, clock) = (elapsed, server.clock)
        let configuration = WorkingTreeKeeper.Configuration(
            folder: WorkingTreeFolder(root: root.path, repository: server.git.directory),
            mode: mode,
            quiet: Self.quiet,
            identity: ServerIdentity(instance: "0123456789abcdef"),
            principal: Principal(
                identity: .local(user: "ada"),
                name: "ada",
                email: "ada@localhost",
                scopes: Set(Scope.allCases)
            ),
            elapsed: { elapsed.value },
            now: { clock.now }
        )
        keeper = try WorkingTreeKeeper(
            configuration,
            publisher: server.services.publisher,
            board: board,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        server.workingTree.take(keeper)
        await keeper.pass(.everything)
        git = Git(directory: root.path)
    }

    /// What the last pass has found.
    package var status: WorkingTreeStatus? { board.latest }

    /// Looks, lets the quiet period pass, and looks again.
    package func settle() async {
        await keeper.pass(.everything)
        wait(Self.quiet)
        await keeper.pass(.everything)
    }

    /// Lets time pass for the keeper.
    package func wait(_ duration: Duration) { elapsed.advance(by: duration) }

    package func write(_ path: String, _ text: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    package func remove(_ path: String) throws { try FileManager.default.removeItem(at: root.appending(path: path)) }

    package func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Changes a file by replacing one text in it by another.
    package func replace(_ old: String, with new: String, in path: String) throws {
        try write(path, text(path).replacingOccurrences(of: old, with: new))
    }
}

/// Runs `body` with a server over a fresh repository and a working tree beside it.
///
/// - Parameter files: what stands in the first commit; the template when it is `nil`.
package func withServedWorkingTree(
    _ files: [String: String]? = nil,
    mode: WorkingTreeMode = .adopt,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (StateServer, WorkingTreeHarness) async throws -> Void
) async throws {
    try await withStateServer(files, sourceLocation: sourceLocation) { server in
        try await body(server, WorkingTreeHarness(server, mode: mode))
    }
}

/// Where the keeper of a working tree takes its place in a server that has started without one.
final class WorkingTreePlace: WorkingTreeReading, ReconcileParticipant {
    private let keeper = Mutex<WorkingTreeKeeper?>(nil)

    let reasons: Set<ReconcileReason> = [.requested]

    func take(_ keeper: WorkingTreeKeeper) { self.keeper.withLock { $0 = keeper } }

    func read() async throws(StateError) -> WorkingTreeView? { try await present?.read() }

    func takePart() async { await present?.takePart() }

    private var present: WorkingTreeKeeper? { keeper.withLock { $0 } }
}

private final class ElapsedTime: Sendable {
    private let time = Mutex(Duration.zero)

    var value: Duration { time.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}
