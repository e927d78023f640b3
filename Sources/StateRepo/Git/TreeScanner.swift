import Glibc

/// Reads the entries of a tree object one after the other without copying them.
///
/// The format is `<mode in octal> <name>NUL<20 bytes of id>`, again and again. Entries point into the object's bytes and
/// must not outlive them.
struct TreeScanner {
    struct Entry {
        let mode: UInt32
        let name: UnsafeRawBufferPointer
        let id: AnyObjectID
        /// The whole entry as it is stored.
        let source: UnsafeRawBufferPointer

        var isTree: Bool { FileMode.isTree(mode) }
    }

    private static let maximumModeDigits = 7

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The next entry, or `nil` at the end.
    ///
    /// - Throws: `corrupt` when an entry is cut off, its mode is not octal, or its name is empty or contains `/`.
    mutating func next() throws(GitError) -> Entry? {
        guard position < bytes.count else { return nil }
        let start = position
        let mode = try readMode()
        let name = try readName()
        guard bytes.count - position >= AnyObjectID.byteCount, let base = bytes.baseAddress else {
            throw Self.corrupt("an entry is cut off")
        }
        let id = AnyObjectID(at: base + position)
        position += AnyObjectID.byteCount
        return Entry(mode: mode, name: name, id: id, source: UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
    }

    /// Passes over the entries that two trees have in common from where each scanner is.
    ///
    /// What is passed over is not checked: equal bytes are no difference, whatever they are.
    static func skipCommon(_ one: inout TreeScanner, _ other: inout TreeScanner) {
        let (left, right) = (one.bytes.dropFirst(one.position), other.bytes.dropFirst(other.position))
        let common = commonCount(UnsafeRawBufferPointer(rebasing: left), UnsafeRawBufferPointer(rebasing: right))
        var length = common
        if common < left.count || common < right.count {
            length = wholeEntries(in: UnsafeRawBufferPointer(rebasing: left.prefix(common)))
        }
        one.position += length
        other.position += length
    }

    /// How many bytes from the start are the same.
    private static func commonCount(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let one = left.baseAddress, let other = right.baseAddress else { return 0 }
        let end = min(left.count, right.count)
        var count = 0
        var block = 4_096
        // Compares large blocks, and smaller ones where the first difference must be.
        while count < end {
            let length = min(block, end - count)
            if memcmp(one + count, other + count, length) == 0 {
                count += length
            } else if length == 1 {
                return count
            } else {
                block = length / 2
            }
        }
        return count
    }

    /// How many of the bytes belong to entries that end within them.
    private static func wholeEntries(in bytes: UnsafeRawBufferPointer) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var start = 0
        while start < bytes.count, let end = memchr(base + start, 0, bytes.count - start) {
            let next = UnsafeRawPointer(end) - base + 1 + AnyObjectID.byteCount
            guard next <= bytes.count else { break }
            start = next
        }
        return start
    }

    private mutating func readMode() throws(GitError) -> UInt32 {
        var mode: UInt32 = 0
        var digits = 0
        while position < bytes.count, bytes[position] != UInt8(ascii: " ") {
            let byte = bytes[position]
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte), digits < Self.maximumModeDigits else {
                throw Self.corrupt("a mode is not an octal number")
            }
            mode = mode << 3 | UInt32(byte & 7)
            digits += 1
            position += 1
        }
        guard digits > 0 else { throw Self.corrupt("an entry has no mode") }
        position += 1
        return mode
    }

    private mutating func readName() throws(GitError) -> UnsafeRawBufferPointer {
        guard position < bytes.count, let base = bytes.baseAddress,
            let end = memchr(base + position, 0, bytes.count - position)
        else { throw Self.corrupt("a name is cut off") }
        let name = UnsafeRawBufferPointer(start: base + position, count: UnsafeRawPointer(end) - (base + position))
        guard !name.isEmpty, memchr(base + position, Int32(UInt8(ascii: "/")), name.count) == nil else {
            throw Self.corrupt("a name is empty or contains a slash")
        }
        position += name.count + 1
        return name
    }

    private static func corrupt(_ reason: String) -> GitError { GitError(.corrupt, "read tree", reason) }
}

/// Git's order of tree entries.
enum TreeOrder {
    /// Negative, 0 or positive; names compare as bytes, and a directory's name as if it ended in `/`.
    static func compare(
        _ left: UnsafeRawBufferPointer,
        isTree leftIsTree: Bool,
        _ right: UnsafeRawBufferPointer,
        isTree rightIsTree: Bool
    ) -> Int {
        let common = min(left.count, right.count)
        if common > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress {
            let order = memcmp(leftBase, rightBase, common)
            if order != 0 { return Int(order) }
        }
        return Int(byte(after: common, of: left, leftIsTree)) - Int(byte(after: common, of: right, rightIsTree))
    }

    private static func byte(after count: Int, of name: UnsafeRawBufferPointer, _ isTree: Bool) -> UInt8 {
        count < name.count ? name[count] : isTree ? UInt8(ascii: "/") : 0
    }

    static func compare(_ left: TreeScanner.Entry, _ right: TreeScanner.Entry) -> Int {
        compare(left.name, isTree: left.isTree, right.name, isTree: right.isTree)
    }
}
