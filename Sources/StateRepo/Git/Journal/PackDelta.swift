import Glibc

/// Says how an object is made from another one: gitformat-pack(5), *Deltified representation*.
enum PackDelta {
    /// The longest copy that every reader of packs takes.
    private static let maximumCopy = 0xFFFF
    private static let maximumInsert = 127
    /// How many equal bytes make two changes two: a copy takes at most seven.
    private static let minimumGap = 16

    /// The delta that makes `new` from `old`.
    static func encode(from old: [UInt8], to new: [UInt8]) -> [UInt8] {
        var delta = size(old.count) + size(new.count)
        var (oldEnd, newEnd) = (0, 0)
        for change in changes(from: old, to: new) {
            copy(oldEnd, change.old.lowerBound - oldEnd, to: &delta)
            insert(new[change.new], to: &delta)
            (oldEnd, newEnd) = (change.old.upperBound, change.new.upperBound)
        }
        copy(oldEnd, new.count - newEnd, to: &delta)
        return delta
    }

    private struct Change {
        let old: Range<Int>
        let new: Range<Int>
    }

    /// The stretches in which the two differ: of equal length all of them, else one that spans them.
    private static func changes(from old: [UInt8], to new: [UInt8]) -> [Change] {
        guard old.count != new.count else {
            return differences(old, new).map { Change(old: $0, new: $0) }
        }
        let shorter = min(old.count, new.count)
        let prefix = commonPrefix(old, new, shorter)
        var suffix = 0
        while suffix < shorter - prefix, old[old.count - 1 - suffix] == new[new.count - 1 - suffix] { suffix += 1 }
        return [Change(old: prefix..<(old.count - suffix), new: prefix..<(new.count - suffix))]
    }

    private static func commonPrefix(_ old: [UInt8], _ new: [UInt8], _ end: Int) -> Int {
        old.withUnsafeBytes { old in
            new.withUnsafeBytes { new in nextDifference(old, new, from: 0, to: end) }
        }
    }

    private static func differences(_ old: [UInt8], _ new: [UInt8]) -> [Range<Int>] {
        old.withUnsafeBytes { old in
            new.withUnsafeBytes { new in
                var ranges: [Range<Int>] = []
                var position = nextDifference(old, new, from: 0, to: old.count)
                while position < old.count {
                    var (end, probe) = (position + 1, position + 1)
                    while probe < old.count, probe - end < minimumGap {
                        if old[probe] != new[probe] { end = probe + 1 }
                        probe += 1
                    }
                    ranges.append(position..<end)
                    position = nextDifference(old, new, from: probe, to: old.count)
                }
                return ranges
            }
        }
    }

    /// The first place from `start` on at which the two differ, or `end`.
    private static func nextDifference(
        _ old: UnsafeRawBufferPointer,
        _ new: UnsafeRawBufferPointer,
        from start: Int,
        to end: Int
    ) -> Int {
        guard let old = old.baseAddress, let new = new.baseAddress else { return min(start, end) }
        var position = start
        while position < end {
            let length = min(256, end - position)
            if memcmp(old + position, new + position, length) != 0 { break }
            position += length
        }
        while position < end,
            old.load(fromByteOffset: position, as: UInt8.self)
                == new.load(fromByteOffset: position, as: UInt8.self)
        { position += 1 }
        return min(position, end)
    }

    private static func size(_ count: Int) -> [UInt8] {
        var (bytes, rest): ([UInt8], Int) = ([], count)
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func copy(_ start: Int, _ count: Int, to delta: inout [UInt8]) {
        var (start, count) = (start, count)
        while count > 0 {
            let length = min(count, maximumCopy)
            let place = delta.count
            delta.append(0x80)
            for (bit, value) in [start, start >> 8, start >> 16, start >> 24].enumerated() where value & 0xFF != 0 {
                delta[place] |= 1 << UInt8(bit)
                delta.append(UInt8(value & 0xFF))
            }
            for (bit, value) in [length, length >> 8].enumerated() where value & 0xFF != 0 {
                delta[place] |= 0x10 << UInt8(bit)
                delta.append(UInt8(value & 0xFF))
            }
            start += length
            count -= length
        }
    }

    private static func insert(_ bytes: ArraySlice<UInt8>, to delta: inout [UInt8]) {
        var rest = bytes
        while !rest.isEmpty {
            let part = rest.prefix(maximumInsert)
            delta.append(UInt8(part.count))
            delta += part
            rest = rest.dropFirst(part.count)
        }
    }
}
