extension Diagnostic {
    /// What a file is reported with whose object is damaged or missing.
    package static let damageCode = "storage.object_damaged"

    /// `nil` for an error that does not lie in the object.
    init?(damaged blob: BlobID, _ path: String, _ error: GitError) {
        switch error.code {
        case .corrupt, .notFound: break
        default: return nil
        }
        let what = error.code == .notFound ? "is missing" : "is damaged"
        self.init(
            .error,
            Self.damageCode,
            file: path,
            "the object \(blob) \(what): \(error.message)",
            hint: "bring it back from a clone: git hash-object -w there, or copy the file; then restart the server"
        )
    }
}
