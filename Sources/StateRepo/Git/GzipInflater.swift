import CZlib

/// Inflates a gzip stream (RFC 1952) piece by piece, in memory that does not depend on what the stream expands to.
///
/// Input goes in with ``feed(_:)``; output is taken out with ``next()`` until that has no more.
package struct GzipInflater: ~Copyable {
    /// How much is inflated at once, in bytes.
    package static let pieceSize = 64 << 10

    /// zlib keeps a pointer to the stream, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    /// How much of the input was inflated.
    private var offset = 0
    /// The checksum came and was right.
    private var isComplete = false

    package init() throws(GitError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_gunzip_init(stream) == Z_OK else {
            stream.deallocate()
            throw GitError(.other, "inflate", "no memory")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Takes the next bytes of the stream; everything before must have been taken out.
    package mutating func feed(_ bytes: [UInt8]) {
        precondition(offset == input.count, "what was fed before has not been inflated")
        input = bytes
        offset = 0
    }

    /// The next bytes of the content, at most ``pieceSize``; `nil` when more input is needed.
    ///
    /// - Throws: `invalid` for what is no gzip stream, and for bytes behind its end.
    package mutating func next() throws(GitError) -> [UInt8]? {
        guard offset < input.count else { return nil }
        guard !isComplete else { throw GitError(.invalid, "inflate", "something follows the gzip stream") }
        var status = Z_OK
        var taken = 0
        let output = input.withUnsafeMutableBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { target, count in
                stream.pointee.next_in = source.baseAddress?.advanced(by: offset)
                stream.pointee.avail_in = UInt32(source.count - offset)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(Self.pieceSize)
                status = inflate(stream, Z_NO_FLUSH)
                taken = source.count - offset - Int(stream.pointee.avail_in)
                count = Self.pieceSize - Int(stream.pointee.avail_out)
            }
        }
        offset += taken
        switch status {
        case Z_STREAM_END: isComplete = true
        case Z_OK, Z_BUF_ERROR: break
        default: throw GitError(.invalid, "inflate", "this is no gzip stream")
        }
        return output.isEmpty ? try next() : output
    }

    /// To be called when no more input comes.
    ///
    /// - Throws: `invalid` when the stream has not come to its end.
    package func finish() throws(GitError) {
        guard isComplete else { throw GitError(.invalid, "inflate", "the gzip stream is cut off") }
    }
}
