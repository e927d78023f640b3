/// Random texts of lines, and random changes to them.
struct RandomText {
    var random: SeededGenerator
    /// How many different lines there are; few make ambiguous texts.
    let variety: Int
    private var serial = 0

    init(seed: UInt64, variety: Int) {
        self.random = SeededGenerator(seed: seed)
        self.variety = variety
    }

    mutating func lines(_ count: Int) -> [String] { (0..<count).map { _ in line() } }

    mutating func edit(of lines: [String], percent: Int = 10) -> [String] {
        var edited: [String] = []
        for line in lines {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<percent: edited.append(self.line())
            case percent..<2 * percent: continue
            case 2 * percent..<3 * percent: edited += [line, self.line()]
            default: edited.append(line)
            }
        }
        return edited
    }

    mutating func text(of lines: [String]) -> [UInt8] {
        Array((lines.joined(separator: "\n") + (random.chance(80) && !lines.isEmpty ? "\n" : "")).utf8)
    }

    private mutating func line() -> String {
        serial += 1
        let number = Int.random(in: 0..<variety, using: &random)
        return variety > 1_000
            ? "line \(number) \(serial)" : ["", "a", "b", "-- x", "+++ y", "@@ z", "é\r", "\\ w"][number % 8]
    }
}
