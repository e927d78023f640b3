import Foundation
import TestSupport

/// What clients did with the descriptions of agents, and when; `main`, whose commits are the order of everything,
/// has to explain all of it (linearizability, with a witness).
struct FaultTimeline {
    /// A request that was answered, or one of which nobody can say what came of it.
    struct Event {
        enum Kind {
            /// A text that no other request has written; `basis` is that of the version which `If-Match` named.
            case write(String, basis: String?)
            case read(String)
        }

        let kind: Kind
        let agent: String
        let begun: ContinuousClock.Instant
        let ended: ContinuousClock.Instant
        let fate: Fate
    }

    enum Fate {
        /// With this revision.
        case acknowledged(String)
        case refused
        case unknown
    }

    private var events: [Event] = []
    private var main = MainTexts()
    /// No request that begins now may be answered from before this commit.
    private var floor = -1

    mutating func add(_ event: Event) { events.append(event) }

    /// The newest commit that was looked at; it has to stay.
    var seen: String? { main.last }

    /// What `main` does not explain; asks for what happened since the last call.
    mutating func problems(_ git: Git) throws -> [String] {
        try main.extend(git)
        defer { events = [] }
        let found = events.flatMap(problems(of:)) + disorder()
        floor = max(floor, events.compactMap { position(of: $0) }.max() ?? floor)
        return found
    }

    private func position(of event: Event) -> Int? {
        guard case .acknowledged(let revision) = event.fate else { return nil }
        return main.positions[revision]
    }

    private func problems(of event: Event) -> [String] {
        guard case .write(let text, let basis) = event.kind else { return problemsOfRead(event) }
        let places = main.places(of: text, in: event.agent)
        var problems: [String] = []
        if places.count > 1 { problems.append("\(text) was written \(places.count) times") }
        switch event.fate {
        case .unknown: break
        case .refused:
            if !places.isEmpty { problems.append("\(text) was refused and written") }
        case .acknowledged(let revision):
            guard let place = main.positions[revision], places == [place] else {
                return problems + ["\(text) was acknowledged as \(revision), and is in the commits \(places)"]
            }
        }
        if let basis, let place = places.first, main.text(of: event.agent, at: place - 1) != basis {
            problems.append("\(text) was to follow \(basis) in \(event.agent): an update is lost")
        }
        return problems
    }

    private func problemsOfRead(_ event: Event) -> [String] {
        guard case .read(let text) = event.kind, case .acknowledged(let revision) = event.fate else { return [] }
        guard let place = main.positions[revision] else {
            return ["\(event.agent) was read at \(revision), which is not on main"]
        }
        let expected = main.text(of: event.agent, at: place)
        guard expected != text else { return [] }
        return ["\(event.agent) said \(text) at \(revision), where it is \(expected ?? "not there")"]
    }

    /// Whoever asks after an answer has come must not be answered from before it.
    private func disorder() -> [String] {
        let known = events.compactMap { event in position(of: event).map { (event, $0) } }
        return known.compactMap { event, place in
            let earlier = known.filter { $0.0.ended < event.begun }.map(\.1).max() ?? floor
            guard place < max(earlier, floor) else { return nil }
            return "\(event.agent), \(event.kind): answered from commit \(place) after one from \(max(earlier, floor))"
        }
    }
}

/// The commits of `main` in their order, and which of them gave an agent which description.
struct MainTexts {
    private(set) var positions: [String: Int] = [:]
    private(set) var last: String?
    private var texts: [String: [(place: Int, text: String)]] = [:]

    func places(of text: String, in agent: String) -> [Int] {
        texts[agent, default: []].filter { $0.text == text }.map(\.place)
    }

    func text(of agent: String, at place: Int) -> String? {
        texts[agent, default: []].last { $0.place <= place }?.text
    }

    /// Takes in what `main` has become since the last time.
    mutating func extend(_ git: Git) throws {
        let range = last.map { "\($0)..main" } ?? "main"
        let options = ["log", "--reverse", "--first-parent", "--unified=0", "--patch", "--format=commit %H"]
        var agent: String?
        let log = String(decoding: try git.output(options + [range]), as: UTF8.self)
        for line in log.split(separator: "\n") {
            if line.starts(with: "commit ") {
                let commit = String(line.dropFirst(7))
                positions[commit] = positions.count
                last = commit
            } else if line.starts(with: "+++ ") {
                agent = Self.agent(ofPath: line.dropFirst(4))
            } else if let agent, let text = Self.description(inLine: line) {
                texts[agent, default: []].append((positions.count - 1, text))
            }
        }
    }

    private static func agent(ofPath path: Substring) -> String? {
        let parts = path.split(separator: "/")
        guard parts.count == 5, parts[1] == "state", parts[2] == "agents", parts[4] == "agent.json" else { return nil }
        return String(parts[3])
    }

    private static func description(inLine line: Substring) -> String? {
        guard let range = line.firstRange(of: "+  \"description\": \""), range.lowerBound == line.startIndex
        else { return nil }
        return String(line[range.upperBound...].prefix { $0 != "\"" })
    }
}
