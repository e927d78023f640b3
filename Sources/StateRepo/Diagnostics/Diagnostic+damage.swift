extension Diagnostic {
    /// What a file, or a directory with all that is in it, is reported with whose object is damaged or missing.
    package static let damageCode = "storage.object_damaged"

    enum DamagedEntry { case file, directory }

    init(damaged object: AnyObjectID, _ entry: DamagedEntry, _ path: String) {
        let remedy =
            switch entry {
            case .file: "git hash-object -w of the file in a clone, or a new version of it"
            case .directory: "unpack it from a clone or a backup"
            }
        self.init(
            .error,
            Self.damageCode,
            file: path,
            "the object \(object) of this \(entry == .file ? "file" : "directory") is damaged or missing",
            hint: "put it back: \(remedy); then POST /api/control-plane/state/reconcile"
        )
    }
}
