import CLibgit2
import CZlib
import Crypto

/// A pack that grows in memory, in the form in which it will be a file: gitformat-pack(5).
struct OpenPack: Sendable {
    /// Where an object stands, and what its index says of it.
    struct Entry: Hashable, Sendable {
        let id: AnyObjectID
        let offset: Int
        /// CRC-32 of the bytes of the entry.
        let checksum: UInt32
    }

    /// How an entry holds its object.
    enum Form {
        case whole(git_object_t)
        /// By the entry at `offset` of the same pack, and a delta.
        case delta(from: Int)
    }

    static let headerSize = 12

    /// Header and entries; the count in the header is set at the end.
    private(set) var bytes: [UInt8] = Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 0]
    private(set) var entries: [Entry] = []
    private var offsets: [AnyObjectID: Int] = [:]
    /// How many deltas the entry at an offset needs.
    private var depths: [Int: Int] = [:]

    var isEmpty: Bool { entries.isEmpty }

    func offset(of id: AnyObjectID) -> Int? { offsets[id] }

    /// How many deltas the object whose entry is at `offset` is away from a whole one.
    func depth(at offset: Int) -> Int { depths[offset] ?? 0 }

    /// Adds an object that is not in the pack.
    ///
    /// - Parameters:
    ///   - size: of the object or of the delta, before compression.
    ///   - content: a zlib stream of it.
    /// - Returns: the offset of the entry.
    @discardableResult
    mutating func append(_ id: AnyObjectID, _ form: Form, size: Int, deflated content: [UInt8]) -> Int {
        let offset = bytes.count
        depths[offset] = if case .delta(let base) = form { depth(at: base) + 1 } else { nil }
        bytes += Self.head(form, size: size, at: offset)
        bytes += content
        let checksum = bytes.withUnsafeBytes { bytes in
            crc32_z(
                0,
                bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: UInt8.self),
                bytes.count - offset
            )
        }
        add(Entry(id: id, offset: offset, checksum: UInt32(truncatingIfNeeded: checksum)))
        return offset
    }

    /// Adds entries that another pack of the same content up to here has.
    mutating func append(_ more: [Entry], _ content: some Collection<UInt8>) {
        bytes += content
        for entry in more { add(entry) }
    }

    /// Forgets what came after the first `count` entries.
    mutating func truncate(to count: Int) {
        guard count < entries.count else { return }
        bytes.removeSubrange(entries[count].offset...)
        for entry in entries[count...] { offsets[entry.id] = nil }
        entries.removeSubrange(count...)
    }

    /// The pack as a file, its index in version 2, and the checksum at its end.
    func files() -> (pack: [UInt8], index: [UInt8], checksum: [UInt8]) {
        var pack = bytes
        pack.replaceSubrange(8..<12, with: Self.word(entries.count))
        let trailer = Array(Insecure.SHA1.hash(data: pack))
        pack += trailer
        return (pack, index(trailer), trailer)
    }

    private mutating func add(_ entry: Entry) {
        entries.append(entry)
        offsets[entry.id] = entry.offset
    }

    private func index(_ trailer: [UInt8]) -> [UInt8] {
        let sorted = entries.sorted { $0.id < $1.id }
        var index: [UInt8] = [0xFF] + Array("tOc".utf8) + Self.word(2)
        var counts = [Int](repeating: 0, count: 256)
        for entry in sorted { counts[Int(entry.id.bytes[0])] += 1 }
        var total = 0
        for count in counts {
            total += count
            index += Self.word(total)
        }
        for entry in sorted { index += entry.id.bytes }
        for entry in sorted { index += Self.word(Int(entry.checksum)) }
        for entry in sorted { index += Self.word(entry.offset) }
        index += trailer
        return index + Array(Insecure.SHA1.hash(data: index))
    }

    private static func head(_ form: Form, size: Int, at offset: Int) -> [UInt8] {
        let type: UInt8 =
            switch form {
            case .whole(let type): UInt8(truncatingIfNeeded: type.rawValue)
            case .delta: UInt8(truncatingIfNeeded: GIT_OBJECT_OFS_DELTA.rawValue)
            }
        var head = [type << 4 | UInt8(size & 15)]
        var rest = size >> 4
        while rest > 0 {
            head[head.count - 1] |= 0x80
            head.append(UInt8(rest & 0x7F))
            rest >>= 7
        }
        guard case .delta(let base) = form else { return head }
        return head + distance(offset - base)
    }

    private static func distance(_ distance: Int) -> [UInt8] {
        var bytes = [UInt8(distance & 0x7F)]
        var rest = distance >> 7
        while rest > 0 {
            rest -= 1
            bytes.append(0x80 | UInt8(rest & 0x7F))
            rest >>= 7
        }
        return bytes.reversed()
    }

    private static func word(_ value: Int) -> [UInt8] {
        [UInt8(value >> 24 & 0xFF), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
