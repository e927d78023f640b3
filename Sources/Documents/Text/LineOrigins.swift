/// Where the lines of a text stood in an earlier one.
///
/// Lines are compared as in ``LineDiff``, with the same bound on the cost.
package struct LineOrigins: Sendable {
    /// For each line of the text its place in the earlier one, counted from 0; `nil` for a line that is new.
    package let places: [Int?]

    package init(of text: [UInt8], in earlier: [UInt8]) {
        let (old, new) = (TextLines(earlier), TextLines(text))
        var places: [Int?] = []
        places.reserveCapacity(new.count)
        var next = 0
        for replacement in LineReplacement.all(from: old, to: new) {
            while places.count < replacement.new.lowerBound {
                places.append(next)
                next += 1
            }
            places += Array(repeating: nil, count: replacement.new.count)
            next = replacement.old.upperBound
        }
        while places.count < new.count {
            places.append(next)
            next += 1
        }
        self.places = places
    }

    /// How many lines a text has.
    package static func count(of text: [UInt8]) -> Int { TextLines(text).count }
}
