import Foundation
import LocalStore
import StateRepo
import TestSupport
import Testing

@Suite("The index answers as a naive model does")
struct HistoryIndexModelTests {
    @Test("after random appends, truncations and reopenings, every question has the model's answer", arguments: 0..<12)
    func agreesWithModel(seed: UInt64) async throws {
        try await withIndex { first, path in
            var index = first
            var random = RandomHistory(seed: seed)
            var model = HistoryModel()
            for _ in 0..<6 {
                switch Int.random(in: 0..<5, using: &random.generator) {
                case 0:
                    let sequence = Int.random(in: 0...model.entries.count + 1, using: &random.generator)
                    try index.truncate(above: sequence)
                    model.entries.removeAll { $0.sequence > sequence }
                    random.rewind(to: model.entries.last)
                case 1:
                    try index.close()
                    index = try HistoryIndex(path: path)
                default:
                    let entries = random.commits(Int.random(in: 1...40, using: &random.generator))
                    try index.append(entries)
                    model.entries += entries
                }
                try compareLookups(index, model, &random)
                for _ in 0..<60 { try compareQuery(index, model, &random) }
            }
        }
    }

    private func compareLookups(_ index: HistoryIndex, _ model: HistoryModel, _ random: inout RandomHistory) throws {
        #expect(try index.head() == model.entries.last)
        #expect(try index.lastChanges() == model.lastChanges())
        for sequence in [-1, 0, 1, model.entries.count / 2, model.entries.count, Int.max] {
            let names = (0..<8).compactMap { _ in random.resource() }
            #expect(
                try index.lastChanges(of: names, at: sequence) == model.lastChanges(of: names, at: sequence)
            )
            #expect(try index.entry(sequence: sequence) == model.entries.first { $0.sequence == sequence })
            let time = random.time(sequence == .max ? 10_000 : sequence)
            #expect(try index.entry(acceptedBy: time) == model.entry(acceptedBy: time))
        }
        for entry in model.entries {
            #expect(try index.entry(entry.revision) == entry)
            #expect(try index.entry(acceptedBy: entry.acceptedAt) == model.entry(acceptedBy: entry.acceptedAt))
        }
        #expect(try index.entry(random.revision()) == nil)
        for prefix in ["", "0", "0a", "a", "aa", "f", "ff", "fff", "A", "g", "0a%"] {
            #expect(try index.entries(prefix: prefix, limit: 7) == model.entries(prefix: prefix, limit: 7))
        }
    }

    private func compareQuery(_ index: HistoryIndex, _ model: HistoryModel, _ random: inout RandomHistory) throws {
        let count = model.entries.count
        let around = { (random: inout RandomHistory) in Int.random(in: 0...count + 1, using: &random.generator) }
        var query = HistoryQuery(upTo: random.maybe(50, around) ?? .max, limit: random.pick([0, 1, 5, 1_000]))
        query.before = random.maybe(30, around)
        query.resource = random.maybe(40) { random in
            random.pick([
                random.resource()?.description, "agents", "agents/a", "agents/a/documents", "connections", "x",
            ])
        }
        query.path = random.maybe(40) { $0.pick([$0.path(), $0.pick(RandomHistory.folders), "st", "state/agents/ab"]) }
        query.author = random.maybe(30) { $0.pick(["ADA", "lace", "é", "É", "%", "_", "\0", "example", "", "nobody"]) }
        query.channel = random.maybe(20) { $0.pick(Channel.allCases) }
        query.since = random.maybe(25) { random in random.time(around(&random)) }
        query.until = random.maybe(25) { random in random.time(around(&random)) }
        #expect(try index.entries(matching: query) == model.entries(matching: query), "\(query)")
    }
}
