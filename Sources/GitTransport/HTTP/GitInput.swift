package import NIOCore

/// The body of a request, taken piece by piece: nothing is read before it is asked for.
package protocol GitInput: ~Copyable {
    /// The next bytes; `nil` at the end.
    ///
    /// - Throws: ``GitServiceError`` `malformed` or `tooLarge`, and whatever ends the connection.
    mutating func next() async throws -> ByteBuffer?
}
