/// The file `recovery-key` in the data folder: recovery keys that could not be shown to anybody, as age reads them
/// (`age -d -i`), until somebody moves them elsewhere.
package struct RecoveryKeyFile: Sendable {
    package static let name = "recovery-key"

    package let path: String
    private let folder: PrivateFolder

    /// - Parameter folder: the data folder, which exists.
    package init(folder: String) {
        self.folder = PrivateFolder(folder)
        self.path = "\(folder)/\(Self.name)"
    }

    /// Adds a key behind those that nobody has fetched: each opens a secrets file of its own.
    ///
    /// - Throws: ``SecretsError`` `secrets.identity_file` when something else stands there or others may read it,
    ///   `.damaged` when it is larger than 64 KiB, `.storageFull`, `.unavailable`.
    package func add(_ identity: AgeIdentity) throws(SecretsError) {
        let (maximum, refusal) = (IdentityFile.maximumSize, SecretsError.Code.identityFile)
        let present = try folder.read(Self.name, maximum: maximum, refusal: refusal) ?? []
        let head = "# Opens secrets.age as well: move it elsewhere, and remove this file.\n"
        let text = "\(head)# public key: \(identity.recipient)\n\(identity.exposed())\n"
        try folder.writeNew(present + Array(text.utf8), to: "\(Self.name).new")
        try folder.rename("\(Self.name).new", to: Self.name)
        try folder.flush()
    }
}
