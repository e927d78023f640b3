import CLibgit2
import CZlib

/// A loose object file, decoded in bounded time and memory whatever is in it.
///
/// libgit2 1.5 never returns from a file that ends early, and writes out of bounds for one that holds more than its header
/// says (its issues 7342 and 7177). Here one call of zlib, with all of the input and a fixed output, ends or fails.
struct LooseObjectFile {
    /// The largest file that is read, in bytes: an object of the largest size that did not compress at all.
    static let maximumFileSize = LibGit2.maximumObjectSize + (64 << 10)

    /// What is wrong with a file.
    struct Damage: Error {
        let reason: StaticString
    }

    let type: git_object_t
    /// The size that the file declares for the content.
    let size: Int
    /// `<type> <size>NUL`, in bytes.
    private let headerLength: Int
    private let compressed: [UInt8]

    /// The longest header that is looked for.
    private static let maximumHeaderLength = 32

    /// Reads the header only; the content may still turn out damaged.
    init(compressed: [UInt8]) throws(Damage) {
        let start = try Self.inflate(compressed, capacity: Self.maximumHeaderLength).output
        guard let end = start.firstIndex(of: 0), let space = start[..<end].firstIndex(of: UInt8(ascii: " ")) else {
            throw Damage(reason: "has no header")
        }
        let type = git_object_string2type(String(decoding: start[..<space], as: UTF8.self))
        guard git_object_typeisloose(type) == 1 else { throw Damage(reason: "is of no known kind") }
        let digits = start[(space + 1)..<end]
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let size = Int(String(decoding: digits, as: UTF8.self))
        else { throw Damage(reason: "declares no size") }
        self.type = type
        self.size = size
        self.headerLength = end + 1
        self.compressed = compressed
    }

    /// The content; its hash is not compared with the name of the file.
    func content() throws(Damage) -> ArraySlice<UInt8> {
        guard size <= LibGit2.maximumObjectSize else { throw Damage(reason: "is larger than any object may be") }
        // One byte more than declared, so that a longer stream shows.
        let (output, isComplete) = try Self.inflate(compressed, capacity: headerLength + size + 1)
        guard isComplete, output.count == headerLength + size else {
            throw Damage(reason: "is cut off or not as long as it declares")
        }
        return output[headerLength...]
    }

    /// Whether a file has that content, and is of that kind.
    static func isWhole(_ compressed: [UInt8], _ content: [UInt8], _ type: git_object_t) -> Bool {
        do throws(Damage) {
            let file = try LooseObjectFile(compressed: compressed)
            let found = try file.content()
            return file.type == type && found.elementsEqual(content)
        } catch {
            return false
        }
    }

    /// Inflates at most `capacity` bytes; complete means that the stream and the input ended together and the checksum is right.
    private static func inflate(
        _ input: [UInt8],
        capacity: Int
    ) throws(Damage) -> (output: [UInt8], isComplete: Bool) {
        guard input.count <= maximumFileSize else { throw Damage(reason: "is larger than any object may be") }
        var stream = z_stream()
        guard czlib_inflate_init(&stream) == Z_OK else { throw Damage(reason: "cannot be inflated: no memory") }
        defer { inflateEnd(&stream) }
        var input = input
        var status = Z_OK
        let output = input.withUnsafeMutableBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(capacity)
                status = CZlib.inflate(&stream, Z_SYNC_FLUSH)
                count = capacity - Int(stream.avail_out)
            }
        }
        guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(status) else { throw Damage(reason: "is not a zlib stream") }
        return (output, status == Z_STREAM_END && stream.avail_in == 0)
    }
}
