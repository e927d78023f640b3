import CZlib

/// A zlib compressor that is used again and again.
final class Deflater {
    /// For speed: maintenance compresses again.
    private static let level: Int32 = 1

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
}
