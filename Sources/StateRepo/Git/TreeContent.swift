/// The bytes of a tree object with the places of its entries, so that a name is found and an entry replaced without a
/// pass over the others.
///
/// What git can store and this layer would not write (odd modes, names that are not UTF-8) is kept byte by byte.
struct TreeContent: Sendable {
    static let empty = TreeContent(bytes: [], starts: [])

    let bytes: [UInt8]
    /// Where each entry starts.
    private let starts: [Int32]

    /// - Throws: `corrupt` for bytes that are no tree.
    init(_ bytes: [UInt8]) throws(GitError) {
        var starts: [Int32] = []
        starts.reserveCapacity(bytes.count / 40)
        try bytes.withUnsafeBufferPointer { (buffer) throws(GitError) in
            var scanner = TreeScanner(UnsafeRawBufferPointer(buffer))
            var position = 0
            while let entry = try scanner.next() {
                starts.append(Int32(position))
                position += entry.source.count
            }
        }
        self.init(bytes: bytes, starts: starts)
    }

    private init(bytes: [UInt8], starts: [Int32]) {
        self.bytes = bytes
        self.starts = starts
    }

    /// The entry that has the name, whether it is a file or a directory.
    func entry(named name: EntryName) -> GitTreeEntry? {
        bytes.withUnsafeBytes { bytes in
            for isTree in [false, true] {
                let place = lowerBound(name, isTree: isTree, in: bytes)
                if let entry = entry(at: place, in: bytes), entry.isAt(name, isTree: isTree) {
                    return GitTreeEntry(entry)
                }
            }
            return nil
        }
    }

    /// The tree with `edits`: what stands at each of the names afterwards, `nil` for nothing.
    func replacing(_ edits: [EntryName: GitTreeEntry?]) throws(GitError) -> TreeContent {
        if let content = replacingIDs(edits) { return content }
        return try TreeContent(rewritten(edits))
    }

    /// The tree when the edits change nothing but ids; most do, and then every entry stays where it is.
    private func replacingIDs(_ edits: [EntryName: GitTreeEntry?]) -> TreeContent? {
        var ids: [(end: Int, id: AnyObjectID)] = []
        let isEnough = bytes.withUnsafeBytes { bytes in
            edits.allSatisfy { name, replacement in
                guard let replacement else { return false }
                let place = lowerBound(name, isTree: replacement.mode.isTree, in: bytes)
                guard let entry = entry(at: place, in: bytes), entry.mode == replacement.mode.rawValue,
                    entry.isAt(name, isTree: replacement.mode.isTree)
                else { return false }
                ids.append((end(of: place), replacement.id))
                return true
            }
        }
        guard isEnough else { return nil }
        var bytes = bytes
        for (end, id) in ids {
            let start = end - AnyObjectID.byteCount
            for (offset, byte) in id.bytes.enumerated() { bytes[start + offset] = byte }
        }
        return TreeContent(bytes: bytes, starts: starts)
    }

    private func rewritten(_ edits: [EntryName: GitTreeEntry?]) -> [UInt8] {
        var removed: Set<Int> = []
        var inserted: [Int: [GitTreeEntry]] = [:]
        bytes.withUnsafeBytes { bytes in
            for (name, replacement) in edits {
                for isTree in [false, true] {
                    let place = lowerBound(name, isTree: isTree, in: bytes)
                    if entry(at: place, in: bytes)?.isAt(name, isTree: isTree) == true { removed.insert(place) }
                    guard let replacement, replacement.mode.isTree == isTree else { continue }
                    inserted[place, default: []].append(replacement)
                }
            }
        }
        var content: [UInt8] = []
        content.reserveCapacity(bytes.count + inserted.count * 64)
        var next = 0
        for place in removed.union(inserted.keys).sorted() {
            content += bytes[start(of: next)..<start(of: place)]
            for entry in (inserted[place] ?? []).sorted(by: GitTreeEntry.isOrdered) {
                TreeWriter.append(entry, to: &content)
            }
            next = removed.contains(place) ? place + 1 : place
        }
        content += bytes[start(of: next)...]
        return content
    }

    private func start(of place: Int) -> Int { place < starts.count ? Int(starts[place]) : bytes.count }

    private func end(of place: Int) -> Int { start(of: place + 1) }

    /// The first place whose entry does not sort before the name.
    private func lowerBound(_ name: EntryName, isTree: Bool, in bytes: UnsafeRawBufferPointer) -> Int {
        name.bytes.withUnsafeBytes { name in
            var (low, high) = (0, starts.count)
            while low < high {
                let middle = (low + high) / 2
                guard let entry = entry(at: middle, in: bytes) else { return middle }
                let isBefore = TreeOrder.compare(entry.name, isTree: entry.isTree, name, isTree: isTree) < 0
                if isBefore { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// The entry at a place; its form was checked when the tree was read.
    private func entry(at place: Int, in bytes: UnsafeRawBufferPointer) -> TreeScanner.Entry? {
        guard place < starts.count, let base = bytes.baseAddress else { return nil }
        let (start, end) = (start(of: place), end(of: place))
        var mode: UInt32 = 0
        var position = start
        while position < end, bytes[position] != UInt8(ascii: " ") {
            mode = mode << 3 | UInt32(bytes[position] & 7)
            position += 1
        }
        let nameEnd = end - AnyObjectID.byteCount - 1
        return TreeScanner.Entry(
            mode: mode,
            name: UnsafeRawBufferPointer(rebasing: bytes[(position + 1)..<nameEnd]),
            id: AnyObjectID(at: base + nameEnd + 1),
            source: UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        )
    }
}

extension TreeScanner.Entry {
    fileprivate func isAt(_ name: EntryName, isTree: Bool) -> Bool {
        self.isTree == isTree && self.name.elementsEqual(name.bytes)
    }
}
