/// “Did you mean …?”: the known name that a mistyped one most resembles.
package enum Suggestion {
    /// Names longer than this, in Unicode scalars, are neither looked up nor suggested.
    package static let maximumLength = 64
    /// At most this many candidates are looked at.
    package static let maximumCandidates = 2_000

    /// The candidate nearest to `text`, or `nil` when none is near enough to be meant.
    ///
    /// Near means a Damerau-Levenshtein distance (insertions, deletions, replacements, swapped neighbours) of at most a
    /// third of the longer name's length, and at least 1. Case, `-` and `_` are ignored first; of equally near
    /// candidates the first wins.
    package static func closest(to text: String, among candidates: some Sequence<String>) -> String? {
        let wanted = folded(text)
        guard !wanted.isEmpty, wanted.count <= maximumLength else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates.prefix(maximumCandidates) where !candidate.hasSameBytes(as: text) {
            let other = folded(candidate)
            guard !other.isEmpty, other.count <= maximumLength else { continue }
            let limit = min(max(1, max(wanted.count, other.count) / 3), best.map { $0.distance - 1 } ?? .max)
            guard limit >= 0, abs(wanted.count - other.count) <= limit else { continue }
            let distance = distance(wanted, other)
            if distance <= limit { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `; did you mean “…”?` for the nearest candidate, or nothing.
    static func hint(for text: String, among candidates: some Sequence<String>) -> String {
        closest(to: text, among: candidates).map { "; did you mean “\($0)”?" } ?? ""
    }

    private static func folded(_ text: String) -> [Unicode.Scalar] {
        text.prefix(maximumLength + 1).lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" }
    }

    /// The optimal string alignment distance.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var least = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
