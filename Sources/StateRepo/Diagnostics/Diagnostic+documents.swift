package import Documents

extension Diagnostic {
    /// A text that is no JSON.
    init(_ error: JSONSyntaxError, file: String) {
        self.init(.error, error.code.rawValue, file: file, position: error.position, error.message)
    }

    /// A value that breaks its schema.
    init(_ violation: SchemaViolation, file: String, position: SourcePosition?) {
        self.init(
            .error,
            violation.code.rawValue,
            file: file,
            pointer: violation.pointer,
            position: position,
            violation.message
        )
    }

    /// The violations of a JSON file, with the places they have in its text.
    static func all(_ violations: [SchemaViolation], file: StateFile) -> [Diagnostic] {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: file.content)
        } catch {
            return [Diagnostic(error, file: file.path)]
        }
        return violations.map { Diagnostic($0, file: file.path, position: document.position(of: $0)) }
    }
}

extension JSONDocument {
    /// Where a violation stands: the member's key when the key is wrong, else the value.
    package func position(of violation: SchemaViolation) -> SourcePosition? {
        switch violation.target {
        case .key: position(ofKeyAt: violation.place)
        case .value: position(ofValueAt: violation.place)
        }
    }

}

extension FrontMatter {
    func position(of violation: SchemaViolation) -> SourcePosition? {
        switch violation.target {
        case .key: keyPosition(of: violation.place)
        case .value: position(of: violation.place)
        }
    }
}
