/// What differs between two texts, line by line, in hunks with context.
///
/// Lines are compared byte by byte and end with a line feed; a carriage return belongs to its line. The cost is bounded
/// whatever the texts: very different long texts may get more changed lines than the fewest possible.
package struct LineDiff: Hashable, Sendable {
    /// One line of a hunk.
    package struct Line: Hashable, Sendable {
        package enum Kind: String, Hashable, Sendable, CaseIterable {
            case context, removed, added
        }

        package let kind: Kind
        /// The line without its line feed.
        package let bytes: [UInt8]
        /// Whether the line ends with a line feed; only the last line of a text can lack it.
        package let isTerminated: Bool

        /// The line as text; bytes that are not UTF-8 become U+FFFD.
        package var text: String { String(decoding: bytes, as: UTF8.self) }

        init(_ kind: Kind, _ line: TextLines.Line) {
            self.kind = kind
            self.isTerminated = line.bytes.last == UInt8(ascii: "\n")
            self.bytes = Array(isTerminated ? line.bytes.dropLast() : line.bytes)
        }
    }

    /// A run of changed lines with the lines around them.
    package struct Hunk: Hashable, Sendable {
        /// The first line of the hunk, counted from 1; where there is none, the line before it, which can be 0.
        package let oldStart: Int
        package let oldCount: Int
        package let newStart: Int
        package let newCount: Int
        package let lines: [Line]
    }

    /// From the first line to the last; empty when the texts are the same.
    package let hunks: [Hunk]

    /// Compares two texts.
    ///
    /// - Parameter context: how many unchanged lines to show around changes, at least 0.
    package init(from old: [UInt8], to new: [UInt8], context: Int = 3) {
        let (oldLines, newLines) = (TextLines(old), TextLines(new))
        let groups = Self.group(LineReplacement.all(from: oldLines, to: newLines), context: context)
        self.hunks = groups.map { Self.hunk($0, from: oldLines, to: newLines, context: context) }
    }

    /// Replacements whose context would touch share a hunk.
    private static func group(_ replacements: [LineReplacement], context: Int) -> [[LineReplacement]] {
        var groups: [[LineReplacement]] = []
        for replacement in replacements {
            if let last = groups.last?.last, replacement.old.lowerBound - last.old.upperBound <= 2 * context {
                groups[groups.count - 1].append(replacement)
            } else {
                groups.append([replacement])
            }
        }
        return groups
    }

    private static func hunk(
        _ group: [LineReplacement],
        from old: TextLines,
        to new: TextLines,
        context: Int
    ) -> Hunk {
        let before = min(context, group.first?.old.lowerBound ?? 0)
        let after = min(context, old.count - (group.last?.old.upperBound ?? 0))
        let oldStart = (group.first?.old.lowerBound ?? 0) - before
        let newStart = (group.first?.new.lowerBound ?? 0) - before
        var lines: [Line] = []
        var place = oldStart
        for replacement in group {
            lines += old.lines[place..<replacement.old.lowerBound].map { Line(.context, $0) }
            lines += old.lines[replacement.old].map { Line(.removed, $0) }
            lines += new.lines[replacement.new].map { Line(.added, $0) }
            place = replacement.old.upperBound
        }
        lines += old.lines[place..<place + after].map { Line(.context, $0) }
        let oldCount = lines.count { $0.kind != .added }
        let newCount = lines.count { $0.kind != .removed }
        return Hunk(
            oldStart: oldCount == 0 ? oldStart : oldStart + 1,
            oldCount: oldCount,
            newStart: newCount == 0 ? newStart : newStart + 1,
            newCount: newCount,
            lines: lines
        )
    }
}
