import Documents
import Foundation
import TestSupport

/// One server after the other on one data folder, each of which meets a fault.
final class FaultRun {
    /// How long a start may take, whatever it has to recover.
    static let maximumStart = Duration.seconds(5) * slack
    #if DEBUG
    /// The promise is that of a release build; CI tries one without optimisation, which is slower, on two busy processors.
    private static let slack = 3
    #else
    private static let slack = 1
    #endif

    private let folder: FaultyFolder
    var points: Failpoints { folder.points }
    var disk: CutDisk? { folder.disk }
    var history = FaultHistory()
    /// How many rounds there were, and in how many of them the fault was met.
    var rounds = 0
    var met = 0
    private(set) var slowest = Duration.zero
    /// How long the first start took.
    let plain: Duration
    /// How often the server does its upkeep.
    var upkeep = "off"
    /// Runs, unless something is wrong, and waits for its fault.
    var server: ServerProcess
    var clone: Git
    /// Whether answers may have been kept for longer than they are.
    var isClockWrong = false
    /// How many operations of each kind there are before a start, when nothing fails.
    var operationsOfWork: [Failpoints.Scope: Int] = [:]
    /// How many starts were to be cut off.
    var starts = 0
    /// Where the fault of this round is.
    var place = ""
    var random: SeededGenerator
    var counter = 0
    /// How many requests of the kinds there were of which each round has one.
    var turn = 0
    var agents: [String] = []
    /// What was saved in the working tree, and is not known to be a commit.
    var edited: String?
    var touched: Set<String> = []
    /// Requests with an `Idempotency-Key` of which it is not known whether they happened.
    var open: [Open] = []
    /// Those of this round that were acknowledged, with the answer.
    var answered: [(request: Open, answer: HTTPAnswer)] = []

    struct Open {
        let key: String
        let resource: String
        var body: String?
        let agent: String
        var text: String?
    }

    init(in folder: FaultyFolder, seed: UInt64) throws {
        self.folder = folder
        random = SeededGenerator(seed: seed)
        let begun = ContinuousClock.now
        server = try folder.start()
        plain = ContinuousClock.now - begun
        clone = try server.clone(named: "clone")
    }

    /// How many file operations a round has when nothing fails.
    @discardableResult
    func measure() throws -> Int {
        let before = points.operations
        try work()
        return points.operations - before
    }

    /// Lets the server meet a fault, ends it as a crash does, and looks at what the next one says.
    func round(_ point: Failpoints.Point) throws {
        place = "\(point)"
        points.arm(point)
        try work()
        rounds += 1
        met += points.hits > 0 ? 1 : 0
        if !point.fault.isEnd || points.hits == 0 { try goOn("\(point)") }
        try crashAndCheck()
    }

    /// Ends the server as a crash does, and looks at what the next one says, which meets no fault.
    func crashAndCheck() throws {
        points.disarm()
        try crash()
        try start()
        try check()
    }

    /// Ends the server as a crash does, or as a power cut does where there is a disk for it.
    func crash() throws { try folder.crash(server) }

    /// Ends the last server as a person does.
    func end() throws { try server.stop() }

    func start() throws {
        let begun = ContinuousClock.now
        server = try folder.start(["GITPLANE_MAINTENANCE": upkeep])
        slowest = max(slowest, ContinuousClock.now - begun)
    }

    /// A server that met an error reads all the time, and writes as soon as the error is gone.
    func goOn(_ fault: String) throws {
        let list = try history.send { try server.client.api("GET", "agents?limit=1") }
        if case .acknowledged = list {} else { history.complain("nothing can be read during \(fault)") }
        points.disarm()
        guard let agent = agents.last(where: { history.texts[$0]?.contains(nil) == false }) else { return }
        for attempt in 1...3 {
            let outcome = try describe(agent)
            if case .acknowledged = outcome { break }
            if attempt == 3 { history.complain("nothing can be written after \(fault): \(outcome)") }
        }
        // The index may still wait before its next try: whoever asks for a pass has it at once.
        if try !server.client.api("POST", "state/reconcile").isSuccess {
            history.complain("nothing can be reconciled after \(fault)")
        }
        try history.check(server, agents: touched)
    }

    /// Looks at the server that was started anew.
    func check() throws {
        try history.check(server, agents: touched)
        for request in open { try repeats(request) }
        for (request, answer) in answered where !isClockWrong { try replays(request, answer) }
        (open, answered) = ([], [])
        // Also seals what was just written.
        if try !server.client.api("POST", "state/reconcile").isSuccess { history.complain("nothing can be reconciled") }
        try history.check(server, agents: touched)
        touched = []
        try checkEdit()
        // Until then its index is locked again and again.
        do {
            try server.client.waitUntilClean()
        } catch let failure as ChildProcess.Failure {
            history.complain("the working tree does not follow: \(failure)")
        }
        let names = try FileManager.default.subpathsOfDirectory(atPath: server.repository)
        for name in names where name.hasSuffix(".lock") || name.contains("/tmp_") {
            history.complain("\(name) was left behind")
        }
        do {
            try server.git.checkIntegrity()
        } catch let failure as Git.Failure {
            history.complain("\(failure)")
        }
        history.expectNoProblems("round \(rounds), \(place)")
    }
}
