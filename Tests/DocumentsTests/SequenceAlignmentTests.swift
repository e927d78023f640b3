import Testing

@testable import Documents

@Suite("Alignment of sequences")
struct SequenceAlignmentTests {
    /// The length of a longest common subsequence, by the textbook table.
    private func longestCommon(_ old: [Int], _ new: [Int]) -> Int {
        var row = [Int](repeating: 0, count: new.count + 1)
        for element in old {
            var diagonal = 0
            for (index, other) in new.enumerated() {
                let above = row[index + 1]
                row[index + 1] = element == other ? diagonal + 1 : max(above, row[index])
                diagonal = above
            }
        }
        return row.last ?? 0
    }

    private func check(_ alignment: SequenceAlignment, _ old: [Int], _ new: [Int], _ comment: Comment) -> Int {
        var (oldEnd, newEnd) = (0, 0)
        for (index, block) in alignment.blocks.enumerated() {
            #expect(block.old >= oldEnd && block.new >= newEnd && block.count > 0, comment)
            #expect(index == 0 || block.old > oldEnd || block.new > newEnd, comment)
            #expect(old[block.old..<block.old + block.count] == new[block.new..<block.new + block.count], comment)
            (oldEnd, newEnd) = (block.old + block.count, block.new + block.count)
        }
        return alignment.blocks.reduce(0) { $0 + $1.count }
    }

    @Test("Finds a longest common subsequence of short sequences")
    func shortest() {
        for seed in 0..<1_500 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let variety = Int.random(in: 1...8, using: &random)
            let old = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Int.random(in: 0..<variety, using: &random)
            }
            let new = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Int.random(in: 0..<variety, using: &random)
            }
            let common = check(SequenceAlignment(old: old, new: new), old, new, "seed \(seed)")
            #expect(common == longestCommon(old, new), "seed \(seed)")
        }
    }

    @Test(
        "Long, hostile sequences still align correctly",
        arguments: ["reversed", "random", "rotated", "doubled", "disjoint"]
    )
    func hostile(kind: String) {
        var random = SeededGenerator(seed: 7)
        let old = (0..<4_000).map { _ in Int.random(in: 0..<40, using: &random) }
        let new: [Int]
        switch kind {
        case "reversed": new = old.reversed()
        case "random": new = (0..<4_000).map { _ in Int.random(in: 0..<40, using: &random) }
        case "rotated": new = Array(old[1_500...] + old[..<1_500])
        case "doubled": new = old.flatMap { [$0, $0] }
        default: new = old.map { $0 + 1_000 }
        }
        let common = check(SequenceAlignment(old: old, new: new), old, new, "\(kind)")
        #expect(kind == "disjoint" ? common == 0 : common > 0)
    }
}
