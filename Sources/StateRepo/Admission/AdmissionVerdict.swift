import Documents

/// What the gate says of a change.
package struct AdmissionVerdict: Sendable {
    /// Everything found in what the change touches, errors first, then by file and place.
    package let diagnostics: [Diagnostic]
    /// Scopes that the change needs and the principal lacks.
    package let missingScopes: Set<Scope>

    init(diagnostics: [Diagnostic], missingScopes: Set<Scope>) {
        self.diagnostics = diagnostics.sorted { lhs, rhs in
            if lhs.severity != rhs.severity { return lhs.severity == .error }
            if lhs.file != rhs.file { return lhs.file < rhs.file }
            return (lhs.position ?? .start) < (rhs.position ?? .start)
        }
        self.missingScopes = missingScopes
    }

    package var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

    package var isAdmitted: Bool { errors.isEmpty && missingScopes.isEmpty }
}

extension SourcePosition {
    fileprivate static let start = SourcePosition(line: 1, column: 1)
}
