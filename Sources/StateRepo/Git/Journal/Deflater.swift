import CZlib

/// A zlib compressor that is used again and again.
final class Deflater {
    /// For speed: maintenance compresses again.
    private static let level: Int32 = 1
    /// The most that a stored block holds, in bytes.
    private static let blockSize = 0xFFFF

    // zlib remembers where its stream is, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    init() throws(GitError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_deflate_init(stream, Self.level) == Z_OK else {
            throw GitError(.other, "compress", "there is no memory for zlib")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// A zlib stream of its own that holds `content`.
    func deflate(_ content: [UInt8]) throws(GitError) -> [UInt8] {
        deflateReset(stream)
        let capacity = Int(deflateBound(stream, UInt(content.count)))
        var input = content
        var status = Z_OK
        let output = input.withUnsafeMutableBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
                stream.pointee.next_in = source.baseAddress
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(capacity)
                status = CZlib.deflate(stream, Z_FINISH)
                count = capacity - Int(stream.pointee.avail_out)
            }
        }
        guard status == Z_STREAM_END else { throw GitError(.other, "compress", "zlib stopped with \(status)") }
        return output
    }

    /// A zlib stream of its own that holds `content` as it is (RFC 1950, RFC 1951 §3.2.4), for what compression takes longer
    /// for than the disk.
    static func store(_ content: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        stream.reserveCapacity(content.count + 11 + content.count / blockSize * 5)
        var rest = content[...]
        repeat {
            let block = rest.prefix(blockSize)
            rest = rest.dropFirst(block.count)
            let (low, high) = (UInt8(block.count & 0xFF), UInt8(block.count >> 8))
            stream += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high]
            stream += block
        } while !rest.isEmpty
        let checksum = content.withUnsafeBufferPointer { adler32_z(1, $0.baseAddress, $0.count) }
        return stream + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: checksum >> $0) }
    }
}
