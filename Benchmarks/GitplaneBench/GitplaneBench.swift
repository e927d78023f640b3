import ArgumentParser

/// Measures the server; `docs/benchmarks.md` says what the figures mean.
@main
struct GitplaneBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gitplane-bench",
        abstract: "Measures Gitplane and compares with what it has to reach.",
        subcommands: [MeasureCommand.self, ColdStartCommand.self],
        defaultSubcommand: MeasureCommand.self
    )
}

struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "measure", abstract: "Measures and prints a table.")

    private static func benchmarks(writers: WritersBenchmark = WritersBenchmark()) -> [any Benchmark] {
        [
            ReadBenchmark(), WriteBenchmark(), writers, FollowersBenchmark(), ColdStartBenchmark(), PickUpBenchmark(),
            HistoryBenchmark(), DocumentBenchmark(), WatchBenchmark(), PushBenchmark(), AccessBenchmark(),
            SecretsBenchmark(), AbuseBenchmark(), DatabaseBenchmark(), LongHistoryBenchmark(),
        ]
    }

    @Flag(help: "Exit with 1 when a figure misses its target.")
    var check = false

    @Option(help: "Measure only this group; may be repeated.")
    var only: [String] = []

    @Option(help: "Keep the figures in this folder too, as JSON and Markdown, named after the commit.")
    var results: String?

    @Option(help: "For how many seconds each number of clients of the group “writers” writes.")
    var writing: Int?

    @Option(help: "In the group “writers” only this number of clients; may be repeated.")
    var clients: [Int] = []

    @Option(help: "In the group “writers” only among this number of agents; may be repeated.")
    var agents: [Int] = []

    func validate() throws {
        let names = Self.benchmarks().map { type(of: $0).name }
        for name in only where !names.contains(name) {
            throw ValidationError("there is no group “\(name)”: \(names.joined(separator: ", "))")
        }
    }

    private var writers: WritersBenchmark {
        var writers = WritersBenchmark()
        if let writing { (writers.duration, writers.turns) = (.seconds(writing), 1) }
        if !clients.isEmpty { writers.clients = clients }
        if !agents.isEmpty { writers.agents = agents }
        return writers
    }

    /// What a run that leaves something out is called; `nil` for a whole one.
    private var part: String? {
        let parts =
            only + clients.map { "\($0)-clients" } + agents.map { "\($0)-agents" } + (writing.map { ["\($0)s"] } ?? [])
        return parts.isEmpty ? nil : parts.joined(separator: "-")
    }

    func run() async throws {
        let folder = try BenchFolder()
        var groups: [(name: String, figures: [Figure])] = []
        do {
            for benchmark in Self.benchmarks(writers: writers) {
                let name = type(of: benchmark).name
                guard only.isEmpty || only.contains(name) else { continue }
                let progress = GroupProgress(of: name)
                progress.begin()
                groups.append((name, try await benchmark.run(in: folder, progress: progress)))
            }
        } catch {
            try folder.remove()
            throw error
        }
        try folder.remove()
        if let results { try RunRecord(groups, part: part).write(to: results) }
        let table = FigureTable(figures: groups.flatMap(\.figures))
        print(table.lines.joined(separator: "\n"))
        if check, !table.misses.isEmpty { throw ExitCode.failure }
    }
}
