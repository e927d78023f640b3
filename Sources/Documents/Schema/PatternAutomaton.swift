/// A deterministic automaton that decides whether an expression matches anywhere in a text.
struct PatternAutomaton: Sendable {
    /// Expressions that need more states go to the general engine.
    static let maximumStates = 2_048

    /// The class of each symbol, and for each state the next state by class; state 0 refuses whatever follows.
    private let classes: [UInt8]
    private let classCount: Int
    private let transitions: [UInt16]
    private let accepting: [Bool]
    private static let start = 1

    /// `nil` when the expression needs more than this can do, or is no expression.
    init?(_ source: String) {
        var parser = PatternParser(source)
        guard let syntax = try? parser.expression(), let network = PatternNetwork(syntax) else { return nil }
        let (classes, representatives) = Self.classes(of: network)
        var states: [[Int]: Int] = [[]: 0]
        // State 1 is the beginning of the text, where `^` holds; no other position leads back to it.
        var pending: [[Int]] = [[], network.members(from: [network.start], at: .start)]
        var transitions: [UInt16] = []
        var accepting: [Bool] = []
        while accepting.count < pending.count {
            let members = pending[accepting.count]
            accepting.append(network.accepts(members, isAtStart: accepting.count == Self.start))
            for symbol in representatives {
                let next = network.members(from: network.step(from: members, symbol), at: .later)
                if states[next] == nil {
                    guard pending.count < Self.maximumStates else { return nil }
                    states[next] = pending.count
                    pending.append(next)
                }
                transitions.append(UInt16(states[next] ?? 0))
            }
        }
        self.classes = classes
        self.classCount = representatives.count
        self.transitions = transitions
        self.accepting = accepting
    }

    func matches(_ text: String) -> Bool {
        var state = Self.start
        for scalar in text.unicodeScalars {
            state = Int(transitions[state * classCount + Int(classes[PatternSymbols.symbol(for: scalar)])])
            if state == 0 { return false }
        }
        return accepting[state]
    }

    /// Groups the symbols that no set of the expression tells apart; one representative of each.
    private static func classes(of network: PatternNetwork) -> ([UInt8], [Int]) {
        let sets = Set(network.sets)
        var numbers: [[Bool]: UInt8] = [:]
        var classes: [UInt8] = []
        var representatives: [Int] = []
        for symbol in 0..<PatternSymbols.count {
            let signature = sets.map { $0.members.contains(symbol) }
            let number = numbers[signature] ?? UInt8(representatives.count)
            if numbers[signature] == nil {
                numbers[signature] = number
                representatives.append(symbol)
            }
            classes.append(number)
        }
        return (classes, representatives)
    }
}
