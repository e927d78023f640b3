import Documents

/// What holds for `state/format.json`: a tree that says a layout which this server cannot read would stop its next start.
enum FormatRules {
    static func diagnostics(_ old: StateTree, _ new: StateTree, isTouched: Bool) -> [Diagnostic] {
        guard let document = new.format else {
            // A tree that came round the gate without the file must stay open to the edits that repair it.
            return isTouched || old.isEmpty ? [missing] : []
        }
        guard isTouched, let version = document.facts, version != Layout.version else { return [] }
        let pointer = JSONPointer(tokens: ["version"])
        return [
            Diagnostic(
                .error,
                "layout.version",
                file: document.file.path,
                pointer: pointer,
                position: document.file.position(of: pointer),
                "this server reads layout \(Layout.version), not \(version)",
                hint: version > Layout.version ? "install a newer server first" : "run gitplane migrate"
            )
        ]
    }

    private static var missing: Diagnostic {
        let hint = "restore it: {\"version\": \(Layout.version)}"
        return Diagnostic(
            .error,
            "layout.format_missing",
            file: "state/format.json",
            "the layout's version is missing",
            hint: hint
        )
    }
}
