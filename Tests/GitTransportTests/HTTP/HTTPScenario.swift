import API
import Dispatch
import Documents
import Foundation
import GitTransport
import Hummingbird
import Logging
import ServiceLifecycle
import StateRepo
import Synchronization
import TestSupport

/// A repository with its gate, served over HTTP on a free port of this machine.
struct HTTPScenario: Sendable {
    let gate: GateScenario
    let port: Int
    /// The requests whose pushes have ended, in order.
    let ended: Ended

    final class Ended: Sendable {
        private let stored = Mutex<[PushTickets.Holder]>([])

        var holders: [PushTickets.Holder] { stored.withLock { $0 } }

        fileprivate func add(_ holder: PushTickets.Holder) { stored.withLock { $0.append(holder) } }
    }

    static let token = ScopeAuthenticator.token([.stateRead, .stateWrite, .agentsPublish])

    func url(_ token: String = Self.token) -> String { "http://anybody:\(token)@127.0.0.1:\(port)/git/state.git" }

    /// Runs git on a thread that the server does not need.
    @discardableResult
    func run(_ git: Git, _ arguments: String...) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { String(decoding: try git.output(arguments), as: UTF8.self) })
            }
        }
    }

    /// A clone over HTTP.
    func clone(_ name: String, _ options: [String] = [], token: String = Self.token) async throws -> WorkingCopy {
        let folder = gate.fixture.directory
        let git = Git(directory: folder.path)
        let arguments = options + ["clone", "--quiet", url(token), name]
        _ = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try git.output(arguments) }) }
        }
        let clone = folder.appending(path: name)
        return WorkingCopy(folder: clone, git: Git(directory: clone.path))
    }
}

/// What a scenario can have different.
struct HTTPScenarioOptions: Sendable {
    var programs: GitPrograms?
    var fetchLimits = GitProcessLimits.maximumForFetch
    var pushLimits = GitProcessLimits.maximumForPush
    var reportLimit = GitServer.maximumReport
    var fetchSlots = GitSlots()
    /// Called in the gate before it decides.
    var reviewing: @Sendable (_ repository: String) async throws -> Void = { _ in }
}

extension GitPrograms {
    func replacingGit(with path: String) -> GitPrograms {
        GitPrograms(git: path, prlimit: prlimit, setpriv: setpriv, nice: nice)
    }
}

/// Runs `body` with a fresh scenario.
func withHTTPScenario(
    _ options: HTTPScenarioOptions = HTTPScenarioOptions(),
    _ body: @escaping @Sendable (HTTPScenario) async throws -> Void
) async throws {
    try await withGateScenario { gate in
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let ended = HTTPScenario.Ended()
        let git = GitServer(
            programs: try options.programs ?? GitPrograms(searching: "/usr/bin:/bin"),
            repositoryPath: gate.fixture.repositoryPath,
            pushes: .init(tickets: gate.tickets) { holder in ended.add(holder) },
            fetchLimits: options.fetchLimits,
            pushLimits: options.pushLimits,
            fetchSlots: options.fetchSlots,
            reportLimit: options.reportLimit,
            logger: logger
        )
        var handlers = Handlers()
        GitHandlers(git, logger: logger).register(in: &handlers)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = try buildApplication(
            contract: gitContract.get(),
            handlers: handlers,
            authenticator: ScopeAuthenticator(),
            configuration: APIConfiguration(port: 0, onListening: { port.yield($0) }),
            logger: logger
        )
        let group = ServiceGroup(services: [application], logger: logger)
        let repository = gate.fixture.repositoryPath
        try await gate.whileServing(reviewing: { try await options.reviewing(repository) }) {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                var iterator = ports.makeAsyncIterator()
                guard let number = await iterator.next() else { throw CancellationError() }
                let outcome = await Result {
                    try await body(HTTPScenario(gate: gate, port: number, ended: ended))
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                try outcome.get()
            }
        }
    }
}

/// The operations of git out of the contract of the checkout.
private let gitContract = Result<Contract, any Error> {
    let text = try Array(Data(contentsOf: ShareDirectory.ofThisProgram().contract))
    var document = try JSONValue(parsing: text, limits: Contract.limits).objectValue ?? [:]
    var paths = JSONObject()
    for path in document["paths"]?.objectValue ?? [:] where path.key.hasPrefix("/git/") { paths[path.key] = path.value }
    document["paths"] = .object(paths)
    return try Contract(.object(document))
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
