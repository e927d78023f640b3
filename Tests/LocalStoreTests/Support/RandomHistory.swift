import Foundation
import LocalStore
import StateRepo
import TestSupport

/// Makes commits in which everything repeats often enough to be found by many questions.
struct RandomHistory {
    static let agents = ["a", "ab", "a-b", "a_b", "atlas", "axb"]
    static let authors = [
        ("Ada Lovelace", "ada@example.com"), ("ada lovelace", "ADA@example.com"), ("Émile 100%", "e_mile@example.org"),
        ("Grace", "grace\0hopper@example.com"), ("", ""),
    ]
    static let folders = [
        "state", "state/agents", "state/agents/a", "State", "docs", "docs/é", "docs/e\u{301}", "docs/%",
    ]
    static let files = ["agent.json", "a", "ab", "_", "a%", "\u{301}x", "line\nbreak"]

    var generator: SeededGenerator
    private(set) var last: HistoryEntry?

    init(seed: UInt64) { self.generator = SeededGenerator(seed: seed) }

    mutating func commits(_ count: Int) -> [HistoryEntry] { (0..<count).map { _ in commit() } }

    mutating func rewind(to entry: HistoryEntry?) { last = entry }

    mutating func revision() -> CommitID {
        // Few leading bytes, so that prefixes are shared; distinct, because the rest is long.
        let bytes = [pick([0x0a, 0xaa, 0xff])] + (0..<19).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return CommitID(bytes: bytes) ?? .zero
    }

    mutating func resource() -> ResourceName? {
        guard let agent = AgentID(pick(Self.agents)) else { return nil }
        return switch Int.random(in: 0..<7, using: &generator) {
        case 0, 1: .agent(agent)
        case 2: .document(agent, pick(DocumentKind.allCases))
        case 3: .release(agent)
        case 4: ProviderID(pick(Self.agents)).map { .provider($0) }
        case 5: ConnectionKey(pick(Self.agents)).map { .connectionDefault($0) }
        default: .systemSettings
        }
    }

    mutating func path() -> String { "\(pick(Self.folders))/\(pick(Self.files))" }

    /// Around the times of the commits, which mostly grow and sometimes go back.
    mutating func time(_ sequence: Int) -> Date {
        Date(timeIntervalSince1970: 1_700_000_000 + Double(sequence) + Double.random(in: -3...3, using: &generator))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &generator)]
    }

    mutating func maybe<Value>(_ percent: Int, _ value: (inout Self) -> Value?) -> Value? {
        Int.random(in: 0..<100, using: &generator) < percent ? value(&self) : nil
    }

    private mutating func commit() -> HistoryEntry {
        let sequence = (last?.sequence ?? 0) + 1
        let (name, email) = pick(Self.authors)
        let merged = maybe(10) { $0.revision() }
        let entry = HistoryEntry(
            revision: revision(),
            sequence: sequence,
            parents: [last?.revision, merged].compactMap(\.self),
            authorName: name,
            authorEmail: email,
            authoredAt: time(sequence / 2),
            acceptedAt: time(sequence),
            channel: pick(Channel.allCases),
            principal: maybe(50) { _ in "operator:ada" },
            pushedBy: maybe(30) { _ in "token:3c9f" },
            requestID: maybe(50) { $0.pick(["", "r-1", "r\0"]) },
            subject: pick(["", "agents/a: description", "it’s 100% \0 fine"]),
            resources: (0..<Int.random(in: 0...3, using: &generator)).compactMap { _ in resource() },
            paths: (0..<Int.random(in: 0...4, using: &generator)).map { _ in path() }
        )
        last = entry
        return entry
    }
}
