import Documents
import HashTreeCollections
import StateRepo

extension StateSnapshot {
    /// Findings that say, where a file is broken, which version of it is served instead.
    func noting(_ findings: [Diagnostic]) -> [Diagnostic] {
        guard !substitutes.isEmpty else { return findings }
        return findings.map { finding in
            guard finding.severity == .error, let substitute = substitutes[finding.file] else { return finding }
            let note =
                switch substitute {
                case .lastGood(let revision): "the version of \(revision) is served"
                case .absent: "there is no good version to serve"
                }
            return Diagnostic(
                finding.severity,
                finding.code,
                file: finding.file,
                pointer: finding.pointer,
                position: finding.position,
                "\(finding.message); \(note)",
                hint: finding.hint
            )
        }
    }
}
