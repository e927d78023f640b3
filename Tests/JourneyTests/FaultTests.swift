import Foundation
import TestSupport
import Testing

@Suite("A server whose file operations fail")
struct FaultTests {
    private static let step = FaultyFolder.step

    /// The operation with which a sweep begins, to see again what one has found.
    private static let first = ProcessInfo.processInfo.environment["GITPLANE_FAULTS_FROM"].flatMap { Int($0) } ?? 1

    /// The one fault that is tried in a sweep, with a `!` as one that stays; all of them unless `make faults` sets it.
    private static let kind = ProcessInfo.processInfo.environment["GITPLANE_FAULTS_KIND"]

    private static func isChosen(_ fault: Failpoints.Fault, _ isSticky: Bool) -> Bool {
        kind == nil || kind == "\(fault)" || isSticky && kind == "\(fault)!"
    }

    /// A fault, whether it stays, and how many are tried in a sample.
    private static let kinds: [(fault: Failpoints.Fault, isSticky: Bool, sample: Int)] = [
        (.kill, false, 5), (.broken, false, 2), (.broken, true, 2), (.full, false, 1), (.full, true, 2),
        (.short, false, 1), (.slow, false, 1), (.end, true, 1), (.falseAlarm, false, 2),
    ]

    /// How many power cuts there are in a sample, beside those at the end of each round.
    private static let cuts = 3
    /// Seconds by which a clock is wrong: an hour, a month, years back to the eighties, and beyond 2038.
    private static let clocks: [Int64] = [-3_600, 30 * 86_400, -45 * 365 * 86_400, 20 * 365 * 86_400]

    /// After which failures the power is cut in a sample.
    private static let failures: [(fault: Failpoints.Fault, isSticky: Bool)] = [(.broken, false), (.broken, true)]

    /// How many starts are cut off in a sample: one after each kind of work.
    private static let starts = 3

    @Test(
        "loses nothing that it acknowledged, says what came of the rest, and goes on or starts again",
        .enabled(if: step == nil)
    )
    func sample() async throws {
        try await withRun(seed: 1) { run, random in
            let (count, startCount) = try (run.measure(), run.measureStart())
            for kind in Self.kinds {
                for _ in 0..<kind.sample {
                    let operation = Int.random(in: 1...count, using: &random)
                    try run.round(.init(fault: kind.fault, operation: operation, isSticky: kind.isSticky))
                }
            }
            for _ in 0..<Self.starts {
                try run.roundOfStart(.init(fault: .kill, operation: .random(in: 1...startCount, using: &random)))
            }
        }
    }

    @Test(
        "does so wherever in its work the fault is",
        .enabled(if: step != nil),
        arguments: kinds.filter { isChosen($0.fault, $0.isSticky) }
            .map { Failpoints.Point(fault: $0.fault, operation: 1, isSticky: $0.isSticky) }
    )
    func sweep(first: Failpoints.Point) async throws {
        try await withRun(seed: 2) { run, _ in
            for operation in stride(from: Self.first, through: try run.measure(), by: Self.step ?? 1) {
                try run.round(.init(fault: first.fault, operation: operation, isSticky: first.isSticky))
            }
        }
    }

    @Test("starts again wherever its start is cut off", .enabled(if: step != nil))
    func sweepOfStart() async throws {
        try await withRun(seed: 3) { run, _ in
            for operation in stride(from: Self.first, through: try run.measureStart(), by: Self.step ?? 1) {
                try run.roundOfStart(.init(fault: .kill, operation: operation))
            }
        }
    }

    @Test("loses nothing of that when the power is cut", .enabled(if: step == nil))
    func cuts() async throws {
        try await withRun(seed: 4, cutsPower: true) { run, random in
            let (count, startCount) = try (run.measure(), run.measureStart())
            for _ in 0..<Self.cuts {
                try run.round(.init(fault: .cut, operation: .random(in: 1...count, using: &random)))
            }
            try run.roundOfStart(.init(fault: .cut, operation: .random(in: 1...startCount, using: &random)))
            for failure in Self.failures {
                let operation = Int.random(in: 1...count, using: &random)
                try run.round(.init(fault: failure.fault, operation: operation, isSticky: failure.isSticky))
            }
        }
    }

    @Test("loses nothing of that wherever in its work the power is cut", .enabled(if: step != nil))
    func sweepOfCuts() async throws {
        try await withRun(seed: 5, cutsPower: true) { run, _ in
            for operation in stride(from: Self.first, through: try run.measure(), by: Self.step ?? 1) {
                try run.round(.init(fault: .cut, operation: operation))
            }
            for operation in stride(from: Self.first, through: try run.measureStart(), by: Self.step ?? 1) {
                try run.roundOfStart(.init(fault: .cut, operation: operation))
            }
        }
    }

    @Test(
        "loses nothing of that when the power is cut after something failed",
        .enabled(if: step != nil),
        arguments: failures.filter { isChosen($0.fault, $0.isSticky) }
            .map { Failpoints.Point(fault: $0.fault, operation: 1, isSticky: $0.isSticky) }
    )
    func sweepOfFailures(first: Failpoints.Point) async throws {
        try await withRun(seed: 8, cutsPower: true) { run, _ in
            for operation in stride(from: Self.first, through: try run.measure(), by: Self.step ?? 1) {
                try run.round(.init(fault: first.fault, operation: operation, isSticky: first.isSticky))
            }
        }
    }

    @Test("loses nothing when its upkeep, or git in it, is cut off")
    func upkeep() async throws {
        try await withRun(seed: 9) { run, random in
            let count = try run.measureUpkeep()
            for fault in [Failpoints.Fault.kill, .end] + (Self.step == nil ? [] : [.broken]) {
                for operation in Self.operations(of: count, &random) {
                    try run.roundOfUpkeep(.init(fault: fault, operation: operation))
                }
            }
            let met = run.met
            let operations = try run.measureCleaning()
            // Git may have begun before it is looked at.
            for _ in 1...5 where run.met == met {
                for operation in Self.operations(of: operations, &random) {
                    try run.roundOfCleaning(.init(fault: .kill, operation: operation))
                }
            }
            #expect(run.met > met)
        }
    }

    @Test("loses nothing when the power is cut during its upkeep, or during git's cleaning", .enabled(if: step != nil))
    func sweepOfUpkeepCuts() async throws {
        try await withRun(seed: 10, cutsPower: true) { run, random in
            for operation in Self.operations(of: try run.measureUpkeep(), &random) {
                try run.roundOfUpkeep(.init(fault: .cut, operation: operation))
            }
            for operation in Self.operations(of: try run.measureCleaning(), &random) {
                try run.roundOfCleaning(.init(fault: .cut, operation: operation))
            }
        }
    }

    @Test("loses nothing where a file has one name only")
    func names() async throws {
        try await withRun(seed: 11) { run, random in
            run.points.refuseLinks()
            let count = try run.measure()
            for fault in [Failpoints.Fault.kill, .kill, .broken, .full] {
                let operation = Int.random(in: 1...count, using: &random)
                try run.round(.init(fault: fault, operation: operation, isSticky: !fault.isEnd))
            }
            // Two for each lock.
            #expect(run.points.refusals > 2 * run.rounds)
        }
    }

    @Test("goes by the order of things when the clock jumps")
    func clock() async throws {
        try await withRun(seed: 6) { run, _ in
            for seconds in Self.clocks { try run.roundOfClock(wrongBy: seconds) }
            #expect(run.met == run.rounds)
        }
    }

    @Test("loses nothing, and says so, when no more files and connections can be opened")
    func descriptors() async throws {
        try await withRun(seed: 7) { run, _ in
            try run.measure()
            for spare in [4, 9, 40, 80] { try run.roundOfDescriptors(spare: spare) }
            // What was about to be closed when it was counted is free then.
            for spare in [3, 2, 1] where run.met == 0 { try run.roundOfDescriptors(spare: spare) }
        }
    }

    /// Those of an upkeep that are tried: one in a sample, and not near the end, which may come sooner than before.
    private static func operations(of count: Int, _ random: inout SeededGenerator) -> [Int] {
        guard let step else { return [.random(in: 1...max(count * 3 / 4, 1), using: &random)] }
        return Array(stride(from: 1, through: count, by: step))
    }

    private func withRun(
        seed: UInt64,
        cutsPower: Bool = false,
        _ body: (FaultRun, inout SeededGenerator) throws -> Void
    ) async throws {
        try await FaultyFolder.with(powerCuts: cutsPower) { folder in
            let run = try FaultRun(in: folder, seed: seed)
            var random = SeededGenerator(seed: seed)
            try body(run, &random)
            try run.end()
            #expect(run.met > 0)
            #expect(run.slowest < FaultRun.maximumStart)
            let counts = run.history.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            print(
                "faults: \(run.rounds) rounds, \(run.met) met their fault; \(counts.joined(separator: ", "));"
                    + " slowest start \(run.slowest), first \(run.plain)"
            )
        }
    }
}
