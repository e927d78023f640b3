/// Brings together two edits of the same text, line by line.
///
/// As in `git merge-file`, edits that overlap or touch are a conflict unless they are the same.
package enum LineMerge {
    package enum Outcome: Hashable, Sendable {
        case merged([UInt8])
        /// All conflicts from start to end; never empty.
        case conflicts([LineConflict])
    }

    package static func merge(base: [UInt8], current: [UInt8], proposed: [UInt8]) -> Outcome {
        if current == proposed || base == proposed { return .merged(current) }
        if base == current { return .merged(proposed) }
        var merge = TextMerge(base: TextLines(base), current: TextLines(current), proposed: TextLines(proposed))
        merge.run()
        return merge.conflicts.isEmpty ? .merged(merge.output) : .conflicts(merge.conflicts)
    }
}

/// Lines that two edits of the same text changed in different ways.
package struct LineConflict: Hashable, Sendable {
    /// A run of lines in one of the three texts.
    package struct Region: Hashable, Sendable {
        /// The first line, counted from 1; of an empty run, the line it stands before.
        package let start: Int
        package let count: Int
        /// The lines; bytes that are not UTF-8 become U+FFFD.
        package let text: String

        fileprivate init(_ range: Range<Int>, of lines: TextLines) {
            self.start = range.lowerBound + 1
            self.count = range.count
            self.text = String(decoding: lines.text(range), as: UTF8.self)
        }
    }

    package let base: Region
    package let current: Region
    package let proposed: Region
}

private struct TextMerge {
    private let base: TextLines
    private let current: TextLines
    private let proposed: TextLines
    private(set) var output: [UInt8] = []
    private(set) var conflicts: [LineConflict] = []

    init(base: TextLines, current: TextLines, proposed: TextLines) {
        self.base = base
        self.current = current
        self.proposed = proposed
    }

    mutating func run() {
        var ours = LineReplacement.all(from: base, to: current)[...]
        var theirs = LineReplacement.all(from: base, to: proposed)[...]
        var place = 0
        while let start = [ours.first?.old.lowerBound, theirs.first?.old.lowerBound].compactMap(\.self).min() {
            var region = start..<start
            var (left, right): ([LineReplacement], [LineReplacement]) = ([], [])
            while Self.take(&ours, touching: &region, into: &left)
                || Self.take(&theirs, touching: &region, into: &right)
            {}
            output += base.text(place..<region.lowerBound)
            settle(region, left, right)
            place = region.upperBound
        }
        output += base.text(place..<base.count)
    }

    /// Moves the next replacement over when it touches the region, which grows to hold it.
    private static func take(
        _ replacements: inout ArraySlice<LineReplacement>,
        touching region: inout Range<Int>,
        into taken: inout [LineReplacement]
    ) -> Bool {
        guard let next = replacements.first, next.old.lowerBound <= region.upperBound else { return false }
        replacements.removeFirst()
        region = region.lowerBound..<max(region.upperBound, next.old.upperBound)
        taken.append(next)
        return true
    }

    /// Writes what becomes of a region of the base that the one side, the other or both replaced.
    private mutating func settle(_ region: Range<Int>, _ left: [LineReplacement], _ right: [LineReplacement]) {
        let ours = Self.counterpart(of: region, left).map { (range: $0, text: current.text($0)) }
        let theirs = Self.counterpart(of: region, right).map { (range: $0, text: proposed.text($0)) }
        guard let ours, let theirs, ours.text != theirs.text else {
            output += ours?.text ?? theirs?.text ?? []
            return
        }
        let conflict = LineConflict(
            base: .init(region, of: base),
            current: .init(ours.range, of: current),
            proposed: .init(theirs.range, of: proposed)
        )
        conflicts.append(conflict)
    }

    /// The lines of one side that stand for a region of the base; `nil` when that side left it alone.
    private static func counterpart(of region: Range<Int>, _ replacements: [LineReplacement]) -> Range<Int>? {
        guard let first = replacements.first, let last = replacements.last else { return nil }
        let start = first.new.lowerBound - (first.old.lowerBound - region.lowerBound)
        let end = last.new.upperBound + (region.upperBound - last.old.upperBound)
        return start..<end
    }
}
