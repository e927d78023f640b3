import ArgumentParser
import Foundation
import HashTreeCollections
import LocalStore
import Reconciler
import StateRepo

/// How long a new process needs until it serves 10,000 agents, and the memory it then has.
///
/// Every start is a process of its own. The files are in the system's cache.
struct ColdStartBenchmark: Benchmark {
    static let name = "start"

    static let agents = 10_000
    private static let starts = 5
    /// 400 MiB, in megabytes.
    private static let limit = 419.4

    /// Medians of several starts.
    private struct Start {
        /// Seconds.
        let time: Double
        /// Kilobytes per agent that loading added.
        let memory: Double
        /// Megabytes.
        let resident: Double
    }

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        var figures: [Figure] = []
        for size in [100, 1_000] {
            progress.step("\(size) agents")
            let name = "start-\(size)"
            let repository = try BenchRepository(creating: "\(name).git", in: folder, agents: size)
            let start = try starts(of: repository, folder.path("\(name).sqlite")) { _ in }
            figures += Self.points(start, size)
        }
        return figures + (try measure(in: folder, progress))
    }

    /// What starting comes to among that many agents.
    private static func points(_ start: Start, _ size: Int) -> [Figure] {
        [
            Figure("load \(size) agents", start.time * 1_000, .milliseconds)
                .plotted(on: "From start to served", as: "packed", among: size),
            Figure(
                "resident memory, \(size) agents",
                start.resident,
                .megabytes,
                size == agents ? .atMost(limit) : .shown
            )
            .plotted(on: "Resident memory after a start", as: "packed", among: size),
        ]
    }

    private func measure(in folder: BenchFolder, _ progress: GroupProgress) throws -> [Figure] {
        progress.step("\(Self.agents) agents are made")
        let packed = try BenchRepository(creating: "start-packed.git", in: folder, agents: Self.agents)
        let loose = try folder.copy(packed, as: "start-loose.git")
        try loose.unpack()
        loose.settle()
        var figures: [Figure] = []
        for (repository, kind) in [(packed, "packed"), (loose, "loose")] {
            let index = folder.path("start-\(kind).sqlite")
            progress.step("\(Self.agents) agents, \(kind), index present")
            let known = try starts(of: repository, index) { _ in }
            progress.step("\(Self.agents) agents, \(kind), index missing")
            let anew = try starts(of: repository, index) { try Self.removeIndex($0) }
            if kind == "packed" { figures += Self.points(known, Self.agents) }
            let title = "load \(Self.agents) agents, \(kind)"
            figures.append(Figure("\(title), index present", known.time, .seconds, .atMost(3)))
            figures.append(Figure("\(title), index missing", anew.time, .seconds, .atMost(3)))
            figures.append(Figure("memory per agent, \(kind)", known.memory, .kilobytes, .atMost(20)))
        }
        return figures
    }

    /// Medians of several starts, after one that is not counted.
    private func starts(
        of repository: BenchRepository,
        _ index: String,
        before: (String) throws -> Void
    ) throws -> Start {
        _ = try ColdStartReport(startingWith: repository, index)
        var times = Samples()
        var memory = Samples()
        var resident = Samples()
        for _ in 0..<Self.starts {
            try before(index)
            let report = try ColdStartReport(startingWith: repository, index)
            times.add(.seconds(report.seconds))
            memory.add(.seconds(report.bytesPerAgent / 1_000))
            resident.add(.seconds(report.resident / 1e6))
        }
        return Start(time: times.median, memory: memory.median, resident: resident.median)
    }

    private static func removeIndex(_ path: String) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }
}

/// What one start of a fresh process came to.
struct ColdStartReport: Codable {
    let seconds: Double
    /// Resident memory that loading added, without the documents themselves.
    let bytesPerAgent: Double
    /// Resident memory of the process, in bytes.
    let resident: Double

    init(seconds: Double, bytesPerAgent: Double, resident: Double) {
        self.seconds = seconds
        self.bytesPerAgent = bytesPerAgent
        self.resident = resident
    }

    init(startingWith repository: BenchRepository, _ index: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["cold-start", repository.path, index]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchError("a start failed") }
        self = try JSONDecoder().decode(ColdStartReport.self, from: data)
    }
}

/// The child of ``ColdStartBenchmark``: starts once, reports and ends.
struct ColdStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cold-start", shouldDisplay: false)

    @Argument var repository: String
    @Argument var index: String

    func run() async throws {
        let share = try ShareDirectory.ofThisProgram()
        let before = try ProcessMemory.resident()
        let clock = ContinuousClock()
        let start = clock.now
        let state = try OpenState(BenchRepository(path: repository), index: index, share: share)
        let snapshot = try await state.publisher.reconcile()
        let seconds = start.duration(to: clock.now).seconds
        let resident = try ProcessMemory.resident()
        let memory = resident - before
        let tree = snapshot.serving
        let documents = tree.agents.values.reduce(0) { $0 + $1.files.reduce(0) { $0 + $1.content.count } }
        let bytes = Double(memory - documents) / Double(max(tree.agents.count, 1))
        let report = ColdStartReport(seconds: seconds, bytesPerAgent: bytes, resident: Double(resident))
        FileHandle.standardOutput.write(try JSONEncoder().encode(report))
        try state.index.close()
    }
}
