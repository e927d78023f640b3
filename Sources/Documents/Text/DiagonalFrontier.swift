/// How far the paths of a given cost reach along each diagonal of the edit graph, seen from one of its corners.
///
/// Diagonal *k* holds the points whose first coordinate exceeds the second by *k*.
struct DiagonalFrontier {
    private static let unreached = -1

    /// The first coordinate of the furthest point, by diagonal.
    private var reach: [Int]
    private let centre: Int
    private var limit: Int
    /// Diagonals beyond these have left the board.
    private var trimmedLow = 0
    private var trimmedHigh = 0

    init(limit: Int) {
        self.limit = limit
        self.centre = limit + 1
        self.reach = [Int](repeating: Self.unreached, count: 2 * limit + 3)
    }

    /// The furthest point on a diagonal; `nil` when no path has reached it.
    subscript(diagonal: Int) -> Int? {
        guard abs(diagonal) <= limit, reach[centre + diagonal] != Self.unreached else { return nil }
        return reach[centre + diagonal]
    }

    mutating func reset(limit: Int) {
        self.limit = limit
        for index in centre - limit - 1...centre + limit + 1 { reach[index] = Self.unreached }
        reach[centre + 1] = 0
        trimmedLow = 0
        trimmedHigh = 0
    }

    func diagonals(cost: Int) -> StrideThrough<Int> {
        stride(from: -cost + trimmedLow, through: cost - trimmedHigh, by: 2)
    }

    /// The diagonal of the point that is furthest from the corner.
    var furthestDiagonal: Int {
        (-limit...limit).filter { reach[centre + $0] != Self.unreached }.max {
            2 * reach[centre + $0] - $0 < 2 * reach[centre + $1] - $1
        } ?? 0
    }

    /// Takes one more edit towards `diagonal` and then everything equal; `false` when that leaves the board.
    mutating func advance(
        _ diagonal: Int,
        cost: Int,
        width: Int,
        height: Int,
        isEqual: (Int, Int) -> Bool
    ) -> Bool {
        let (below, above) = (reach[centre + diagonal - 1], reach[centre + diagonal + 1])
        var first = diagonal == -cost || (diagonal != cost && below < above) ? above : below + 1
        var second = first - diagonal
        guard first <= width, second >= 0 else {
            trimmedHigh += 2
            return false
        }
        guard second <= height else {
            trimmedLow += 2
            return false
        }
        while first < width, second < height, isEqual(first, second) {
            first += 1
            second += 1
        }
        reach[centre + diagonal] = first
        return true
    }
}
