package import Documents

/// One finding about a file of the state, with its place and, where there is one, the remedy.
package struct Diagnostic: Hashable, Sendable {
    package enum Severity: String, Sendable {
        /// Refused at every door.
        case error
        /// Worth knowing; stops nothing.
        case warning
    }

    package let severity: Severity
    /// Stable and machine readable, such as `object.unknown_field`, `reference.not_found` or `layout.symlink`.
    package let code: String
    /// The file, relative to the repository's root; empty when the finding is about what a caller asked for.
    ///
    /// Control characters are escaped.
    package let file: String
    package let pointer: JSONPointer?
    package let position: SourcePosition?
    package let message: String
    /// What to do about it.
    package let hint: String?

    package init(
        _ severity: Severity,
        _ code: String,
        file: String,
        pointer: JSONPointer? = nil,
        position: SourcePosition? = nil,
        _ message: String,
        hint: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.file = file
        self.pointer = pointer
        self.position = position
        self.message = message
        self.hint = hint
    }

    /// `file:line:column: error: message (hint)`, as compilers print it; a missing position is left out.
    package var description: String {
        let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
        return "\(place): \(severity.rawValue): \(sentence)"
    }

    /// The line a push reports: `file:line:column: message (hint)`.
    package var pushLine: String {
        let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
        return "\(place): \(sentence)"
    }

    private var sentence: String { hint.map { "\(message) (\($0))" } ?? message }
}

extension Diagnostic {
    /// The form of the contract's error details: `{pointer, code, message, file, line, column}`.
    package var json: JSONValue {
        var object = JSONObject()
        object["severity"] = .string(severity.rawValue)
        object["pointer"] = pointer.map { .string($0.description) }
        object["code"] = .string(code)
        object["message"] = .string(sentence)
        if !file.isEmpty { object["file"] = .string(file) }
        object["line"] = position.map { JSONValue($0.line) }
        object["column"] = position.map { JSONValue($0.column) }
        return .object(object)
    }
}
