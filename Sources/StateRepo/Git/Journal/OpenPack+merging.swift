import CLibgit2

extension OpenPack {
    /// One pack with every object of some others, each once.
    init(merging packs: [OpenPack]) throws(GitError) {
        self.init()
        for pack in packs { try append(objectsOf: pack) }
    }

    /// Copies the entries as they are; only the distances of deltas to their bases are told anew.
    private mutating func append(objectsOf other: OpenPack) throws(GitError) {
        var places: [Int: Int] = [:]
        let ends = other.entries.dropFirst().map(\.offset) + [other.bytes.count]
        for (entry, end) in zip(other.entries, ends) {
            if let known = offset(of: entry.id) {
                places[entry.offset] = known
                continue
            }
            guard let parsed = PackEntryHead(other.bytes[entry.offset..<end]) else { throw Self.broken(entry.id) }
            var form = Form.whole(parsed.type)
            if let distance = parsed.distance {
                guard let base = places[entry.offset - distance] else { throw Self.broken(entry.id) }
                form = .delta(from: base)
            }
            let content = Array(other.bytes[(entry.offset + parsed.length)..<end])
            places[entry.offset] = append(entry.id, form, size: parsed.size, deflated: content)
        }
    }

    private static func broken(_ id: AnyObjectID) -> GitError {
        GitError(.corrupt, "read journal", "\(id) is no entry of a pack")
    }
}

/// What stands before the compressed content of an entry that ``OpenPack`` has written: gitformat-pack(5).
private struct PackEntryHead {
    let type: git_object_t
    /// Of the content, before compression.
    let size: Int
    /// From the base of a delta to the entry; `nil` for a whole object.
    let distance: Int?
    /// In bytes.
    let length: Int

    init?(_ entry: ArraySlice<UInt8>) {
        var rest = entry
        guard var byte = rest.popFirst() else { return nil }
        let type = git_object_t(rawValue: Int32(byte >> 4 & 7))
        var (size, shift) = (Int(byte & 15), 4)
        while byte & 0x80 != 0 {
            guard let next = rest.popFirst(), shift < 60 else { return nil }
            byte = next
            size |= Int(byte & 0x7F) << shift
            shift += 7
        }
        var distance: Int?
        if type == GIT_OBJECT_OFS_DELTA {
            guard let value = Self.distance(&rest) else { return nil }
            distance = value
        }
        self.type = type
        self.size = size
        self.distance = distance
        self.length = entry.count - rest.count
    }

    private static func distance(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard var byte = rest.popFirst() else { return nil }
        var value = Int(byte & 0x7F)
        while byte & 0x80 != 0 {
            guard let next = rest.popFirst(), value < 1 << 50 else { return nil }
            byte = next
            value = (value + 1) << 7 | Int(byte & 0x7F)
        }
        return value
    }
}
