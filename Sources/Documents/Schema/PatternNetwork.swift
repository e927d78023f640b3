/// An expression as a nondeterministic automaton, after Thompson.
struct PatternNetwork {
    static let maximumStates = 4_096

    /// A position in the text: `^` holds at the start of it only.
    enum Position {
        case start
        case later
    }

    /// What it takes to leave a state.
    private enum Condition {
        case none
        case symbol(PatternSymbols)
        case atStart
        case atEnd
    }

    private struct State {
        var condition = Condition.none
        var next: [Int] = []
    }

    private var states = [State(), State()]
    /// The states from which the end can be reached without passing a `^`.
    private var live: Set<Int> = []
    let start = 0
    private let accept = 1

    /// `nil` when there would be too many states.
    init?(_ syntax: PatternSyntax) {
        loop(at: start)
        loop(at: accept)
        guard connect(syntax, from: start, to: accept) else { return nil }
        live = [accept]
        var count = 0
        while count < live.count {
            count = live.count
            for index in states.indices.reversed() where !live.contains(index) {
                if case .atStart = states[index].condition { continue }
                if !live.isDisjoint(with: states[index].next) { live.insert(index) }
            }
        }
    }

    /// The sets of symbols that the expression tells apart.
    var sets: [PatternSymbols] {
        states.compactMap { if case .symbol(let symbols) = $0.condition { symbols } else { nil } }
    }

    /// The states that matter for the rest of the text, over free edges, in order.
    func members(from seeds: [Int], at position: Position) -> [Int] {
        closure(of: seeds, at: position, isAtEnd: false).filter { live.contains($0) }.sorted()
    }

    /// The states after one more symbol, free edges not yet followed.
    func step(from members: [Int], _ symbol: Int) -> [Int] {
        members.flatMap { member -> [Int] in
            guard case .symbol(let symbols) = states[member].condition else { return [] }
            return symbols.members.contains(symbol) ? states[member].next : []
        }
    }

    /// Whether the text may end here.
    func accepts(_ members: [Int], isAtStart: Bool) -> Bool {
        closure(of: members, at: isAtStart ? .start : .later, isAtEnd: true).contains(accept)
    }

    private func closure(of seeds: [Int], at position: Position, isAtEnd: Bool) -> Set<Int> {
        var seen = Set(seeds)
        var stack = seeds
        while let state = stack.popLast() {
            switch (states[state].condition, position) {
            case (.none, _), (.atStart, .start): break
            case (.atEnd, _): guard isAtEnd else { continue }
            case (.symbol, _), (.atStart, .later): continue
            }
            for next in states[state].next where seen.insert(next).inserted { stack.append(next) }
        }
        return seen
    }
}

// MARK: - Building

extension PatternNetwork {
    private mutating func newState(_ condition: Condition = .none, to next: [Int] = []) -> Int {
        states.append(State(condition: condition, next: next))
        return states.count - 1
    }

    private mutating func loop(at state: Int) {
        let any = newState(.symbol(.any), to: [state])
        states[state].next.append(any)
    }

    /// `false` when there would be too many states.
    private mutating func connect(_ syntax: PatternSyntax, from first: Int, to last: Int) -> Bool {
        guard states.count < Self.maximumStates else { return false }
        switch syntax {
        case .start: states[first].next.append(newState(.atStart, to: [last]))
        case .end: states[first].next.append(newState(.atEnd, to: [last]))
        case .symbols(let symbols): states[first].next.append(newState(.symbol(symbols), to: [last]))
        case .sequence(let items):
            guard let end = chain(items, from: first) else { return false }
            states[end].next.append(last)
        case .choice(let choices):
            for choice in choices { guard connect(choice, from: first, to: last) else { return false } }
        case .repeated(let item, let least, let most):
            guard let end = chain(Array(repeating: item, count: least), from: first) else { return false }
            guard let most else { return loop(item, from: end, to: last) }
            return connect(item, upTo: most - least, from: end, to: last)
        }
        return true
    }

    private mutating func chain(_ items: [PatternSyntax], from first: Int) -> Int? {
        var place = first
        for item in items {
            let next = newState()
            guard connect(item, from: place, to: next) else { return nil }
            place = next
        }
        return place
    }

    private mutating func loop(_ item: PatternSyntax, from first: Int, to last: Int) -> Bool {
        let (entry, exit) = (newState(), newState())
        states[first].next.append(entry)
        states[exit].next.append(entry)
        states[entry].next.append(last)
        return connect(item, from: entry, to: exit)
    }

    private mutating func connect(_ item: PatternSyntax, upTo count: Int, from first: Int, to last: Int) -> Bool {
        var place = first
        for _ in 0..<count {
            states[place].next.append(last)
            let next = newState()
            guard connect(item, from: place, to: next) else { return false }
            place = next
        }
        states[place].next.append(last)
        return true
    }
}
