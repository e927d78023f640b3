/// A JSON text together with the value it holds.
///
/// The text is kept byte by byte, so that an edit can leave everything it does not concern as its author wrote it.
package struct JSONDocument: Hashable, Sendable {
    /// The text, in strict UTF-8.
    package let source: [UInt8]
    /// What the text says, members in the order of the text.
    package let value: JSONValue

    /// Parses a document (RFC 8259, plus the refusals of ``JSONSyntaxError/Code``).
    ///
    /// - Throws: ``JSONSyntaxError``: the first fault from the start of the text.
    package init(parsing bytes: [UInt8], limits: JSONLimits = .document) throws(JSONSyntaxError) {
        self.value = try JSONValue(parsing: bytes, limits: limits)
        self.source = bytes
    }

    /// Takes a text and the value that is known to be in it.
    init(source: [UInt8], value: JSONValue) {
        self.source = source
        self.value = value
    }
}

extension JSONValue {
    /// Parses a text without keeping it (RFC 8259, plus the refusals of ``JSONSyntaxError/Code``).
    ///
    /// - Throws: ``JSONSyntaxError``: the first fault from the start of the text.
    package init(parsing bytes: [UInt8], limits: JSONLimits = .document) throws(JSONSyntaxError) {
        do throws(JSONFault) {
            self = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONFault) in
                var parser = JSONParser(buffer, limits: limits)
                return try parser.document()
            }
        } catch {
            let position = SourcePosition(ofOffset: error.offset, in: bytes)
            throw JSONSyntaxError(error.code, error.message, at: position)
        }
    }
}
