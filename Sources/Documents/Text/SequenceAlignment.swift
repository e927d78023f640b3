/// Finds what two sequences have in common, in order.
///
/// Myers' divide-and-conquer (“An O(ND) difference algorithm and its variations”, section 4b). Elements are numbers
/// that stand for lines or values. The result is a longest common subsequence while the parts differ by a few hundred
/// elements; beyond that the search is cut off and the result is merely common, so that the cost stays near
/// ``maximumCost`` steps whatever the input.
struct SequenceAlignment {
    /// Elements `old ..< old + count` equal elements `new ..< new + count`.
    struct Block: Hashable {
        var old: Int
        var new: Int
        var count: Int
    }

    /// How many edits are searched from each side at most before a part is split at the best place so far.
    static let costLimit = 256

    /// About how many steps all searches together may take: fewer edits are searched in longer sequences.
    static let maximumCost = 10_000_000

    /// Common runs from start to end; between two of them at least one side has elements of its own.
    private(set) var blocks: [Block] = []

    private let old: [Int]
    private let new: [Int]
    private let costLimit: Int
    private var forward = DiagonalFrontier(limit: Self.costLimit)
    private var backward = DiagonalFrontier(limit: Self.costLimit)

    init(old: [Int], new: [Int]) {
        // Elements that the other side lacks are in no common subsequence; without them the search is cheap.
        let (inOld, inNew) = (Set(old), Set(new))
        let oldPlaces = old.indices.filter { inNew.contains(old[$0]) }
        let newPlaces = new.indices.filter { inOld.contains(new[$0]) }
        self.old = oldPlaces.map { old[$0] }
        self.new = newPlaces.map { new[$0] }
        self.costLimit = max(1, min(Self.costLimit, Self.maximumCost / (self.old.count + self.new.count + 1)))
        align(0..<self.old.count, 0..<self.new.count)
        let common = blocks
        blocks = []
        for block in common {
            for step in 0..<block.count {
                append(Block(old: oldPlaces[block.old + step], new: newPlaces[block.new + step], count: 1))
            }
        }
    }

    /// Aligns elements of any kind by equality.
    init<Element: Hashable>(comparing old: [Element], with new: [Element]) {
        var numbers: [Element: Int] = [:]
        func number(_ element: Element) -> Int {
            if let known = numbers[element] { return known }
            numbers[element] = numbers.count
            return numbers.count - 1
        }
        self.init(old: old.map(number), new: new.map(number))
    }

    private mutating func append(_ block: Block) {
        guard block.count > 0 else { return }
        if let last = blocks.last, last.old + last.count == block.old, last.new + last.count == block.new {
            blocks[blocks.count - 1].count += block.count
        } else {
            blocks.append(block)
        }
    }

    private mutating func align(_ oldRange: Range<Int>, _ newRange: Range<Int>) {
        var (left, right) = (oldRange, newRange)
        while true {
            let prefix = zip(left, right).prefix { old[$0] == new[$1] }.count
            append(Block(old: left.lowerBound, new: right.lowerBound, count: prefix))
            (left, right) = (left.dropFirst(prefix), right.dropFirst(prefix))
            let suffix = zip(left.reversed(), right.reversed()).prefix { old[$0] == new[$1] }.count
            let tail = Block(old: left.upperBound - suffix, new: right.upperBound - suffix, count: suffix)
            (left, right) = (left.dropLast(suffix), right.dropLast(suffix))
            guard !left.isEmpty, !right.isEmpty else {
                append(tail)
                return
            }
            guard let split = split(left, right) else { return append(tail) }
            align(left.lowerBound..<split.old, right.lowerBound..<split.new)
            guard suffix > 0 else {
                (left, right) = (split.old..<left.upperBound, split.new..<right.upperBound)
                continue
            }
            align(split.old..<left.upperBound, split.new..<right.upperBound)
            append(tail)
            return
        }
    }
}

// MARK: - The middle of a shortest edit

extension SequenceAlignment {
    private struct Point {
        let old: Int
        let new: Int
    }

    /// A point on a shortest path through two parts that differ at both ends, or a good guess when that is far.
    private mutating func split(_ left: Range<Int>, _ right: Range<Int>) -> Point? {
        let delta = left.count - right.count
        let limit = min(costLimit, (left.count + right.count + 1) / 2)
        forward.reset(limit: limit)
        backward.reset(limit: limit)
        for cost in 0...limit {
            for diagonal in forward.diagonals(cost: cost) {
                let isOnBoard = forward.advance(diagonal, cost: cost, width: left.count, height: right.count) {
                    old[left.lowerBound + $0] == new[right.lowerBound + $1]
                }
                guard isOnBoard, delta % 2 != 0, meets(at: diagonal, delta: delta, width: left.count) else { continue }
                return point(at: diagonal, left, right)
            }
            for diagonal in backward.diagonals(cost: cost) {
                let isOnBoard = backward.advance(diagonal, cost: cost, width: left.count, height: right.count) {
                    old[left.upperBound - 1 - $0] == new[right.upperBound - 1 - $1]
                }
                guard isOnBoard, delta % 2 == 0, meets(at: delta - diagonal, delta: delta, width: left.count) else {
                    continue
                }
                return point(at: delta - diagonal, left, right)
            }
        }
        return point(at: forward.furthestDiagonal, left, right)
    }

    /// Whether the paths from both ends touch on a diagonal that is counted from the start.
    private func meets(at diagonal: Int, delta: Int, width: Int) -> Bool {
        guard let reach = forward[diagonal], let opposite = backward[delta - diagonal] else { return false }
        return reach + opposite >= width
    }

    private func point(at diagonal: Int, _ left: Range<Int>, _ right: Range<Int>) -> Point? {
        guard let reach = forward[diagonal] else { return nil }
        let point = Point(old: left.lowerBound + reach, new: right.lowerBound + reach - diagonal)
        let isStart = point.old == left.lowerBound && point.new == right.lowerBound
        let isEnd = point.old == left.upperBound && point.new == right.upperBound
        return isStart || isEnd ? nil : point
    }
}
