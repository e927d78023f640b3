import CZlib

/// What one flush made durable: objects, and the commit that is the head of the branch with them.
///
/// A frame is `GPJ1`, length and CRC-32 of the rest (big-endian words), then: 1 when the frame begins a pack, else 0; the head
/// before (zeros for none); the head after; the number of objects; for each its id, offset and CRC-32 in the pack; the
/// entries themselves.
struct JournalFrame: Hashable, Sendable {
    /// The longest frame that is read or written, in bytes.
    static let maximumSize = 256 << 20

    let startsPack: Bool
    let previous: CommitID?
    let head: CommitID
    let entries: [OpenPack.Entry]
    /// The entries of the pack, one after the other.
    let content: [UInt8]

    private static let magic = Array("GPJ1".utf8)
    private static let headSize = 12
    private static let fixedSize = 1 + 2 * CommitID.byteCount + 4
    private static let entrySize = AnyObjectID.byteCount + 8

    var bytes: [UInt8] {
        var body: [UInt8] = [startsPack ? 1 : 0]
        body.reserveCapacity(Self.fixedSize + entries.count * Self.entrySize + content.count)
        body += (previous ?? .zero).bytes + head.bytes + Self.word(entries.count)
        for entry in entries {
            body += entry.id.bytes + Self.word(entry.offset) + Self.word(Int(entry.checksum))
        }
        body += content
        return Self.magic + Self.word(body.count) + Self.word(Int(Self.checksum(body))) + body
    }

    init(startsPack: Bool, previous: CommitID?, head: CommitID, entries: [OpenPack.Entry], content: [UInt8]) {
        self.startsPack = startsPack
        self.previous = previous
        self.head = head
        self.entries = entries
        self.content = content
    }

    /// The whole frames of a journal.
    struct Sequence {
        var frames: [JournalFrame] = []
        /// Something that is no frame stands before one: a crash cuts off the last frame only, so this was none.
        var isDamaged = false
    }

    /// The whole frames of `journal`; what follows the last one was cut off by a crash.
    static func all(in journal: [UInt8]) -> Sequence {
        var found = Sequence()
        var rest = journal[...]
        while !rest.isEmpty {
            if let length = length(of: rest), let frame = JournalFrame(body: rest.dropFirst(headSize).prefix(length)) {
                found.frames.append(frame)
                rest = rest.dropFirst(headSize + length)
            } else {
                guard let next = next(after: rest) else { break }
                found.isDamaged = true
                rest = next
            }
        }
        return found
    }

    /// From the next whole frame on.
    private static func next(after damage: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = damage.dropFirst()
        while let start = rest.firstIndex(of: magic[0]) {
            rest = rest[start...]
            if length(of: rest) != nil { return rest }
            rest = rest.dropFirst()
        }
        return nil
    }

    private static func length(of rest: ArraySlice<UInt8>) -> Int? {
        guard rest.count >= headSize, rest.starts(with: magic) else { return nil }
        let length = number(rest.dropFirst(4))
        let body = rest.dropFirst(headSize).prefix(length)
        guard body.count == length, checksum(Array(body)) == UInt32(number(rest.dropFirst(8))) else { return nil }
        return length
    }

    private init?(body: ArraySlice<UInt8>) {
        guard body.count >= Self.fixedSize, let flag = body.first, flag <= 1 else { return nil }
        var rest = body.dropFirst()
        guard let previous = CommitID(bytes: rest.prefix(20)), let head = CommitID(bytes: rest.dropFirst(20).prefix(20))
        else { return nil }
        rest = rest.dropFirst(40)
        let count = Self.number(rest)
        rest = rest.dropFirst(4)
        guard count <= rest.count / Self.entrySize else { return nil }
        var entries: [OpenPack.Entry] = []
        for _ in 0..<count {
            guard let id = AnyObjectID(bytes: rest.prefix(20)) else { return nil }
            let (offset, checksum) = (Self.number(rest.dropFirst(20)), Self.number(rest.dropFirst(24)))
            entries.append(OpenPack.Entry(id: id, offset: offset, checksum: UInt32(checksum)))
            rest = rest.dropFirst(Self.entrySize)
        }
        self.init(
            startsPack: flag == 1,
            previous: previous == .zero ? nil : previous,
            head: head,
            entries: entries,
            content: Array(rest)
        )
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: bytes.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) })
    }

    /// The big-endian word at the start of `bytes`, which has four.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } }

    private static func word(_ value: Int) -> [UInt8] {
        [UInt8(value >> 24 & 0xFF), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
