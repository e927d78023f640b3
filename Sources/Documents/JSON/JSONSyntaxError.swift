/// Why a text is not an acceptable JSON document, and where.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stable, machine-readable reason.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The text does not match the grammar of RFC 8259.
        case malformed = "json.malformed"
        /// Not strict UTF-8, a byte order mark, or an escape that names half a surrogate pair.
        case encoding = "json.encoding"
        case duplicateKey = "json.duplicate_key"
        case keyTooLong = "json.key_too_long"
        case tooDeep = "json.too_deep"
        /// More bytes than allowed.
        case tooLarge = "json.too_large"
        /// More values than allowed.
        case tooManyValues = "json.too_many_values"
        case numberTooLong = "json.number_too_long"
        /// Readers with binary64 numbers would see infinity, or zero where none is written.
        case numberOutOfRange = "json.number_out_of_range"
        /// U+0000 in a text.
        case nul = "json.nul"
    }

    package let code: Code
    package let message: String
    package let position: SourcePosition

    package init(_ code: Code, _ message: String, at position: SourcePosition) {
        self.code = code
        self.message = message
        self.position = position
    }

    /// The same, without a name that stands in the text.
    package var withoutQuotation: JSONSyntaxError {
        guard code == .duplicateKey else { return self }
        return JSONSyntaxError(code, "a member appears twice in this object", at: position)
    }

    package var description: String { "\(position): \(message) (\(code.rawValue))" }
}

/// A failure inside the parser; the position is computed only when it leaves the parser.
struct JSONFault: Error {
    let code: JSONSyntaxError.Code
    let message: String
    let offset: Int

    @inline(never)
    init(_ code: JSONSyntaxError.Code, _ message: String, at offset: Int) {
        self.code = code
        self.message = message
        self.offset = offset
    }
}
