internal import Foundation

/// The file that holds the identity: in plain text, as `age-keygen` writes it, or sealed under a passphrase.
package struct IdentityFile: Sendable {
    package static let maximumSize = 64 << 10

    /// What a file holds.
    package enum Content: Sendable {
        case plain(AgeIdentity)
        /// An age file that a passphrase opens.
        case locked([UInt8])
    }

    package let path: String
    private let folder: PrivateFolder
    private let name: String
    private let links: PrivateFolder.Links

    /// - Parameter isOurs: whether the server makes the file; one that it was told of may be a link, as mounted secrets are.
    package init(path: String, isOurs: Bool, faults: SecretsFaults) {
        let url = URL(filePath: path)
        self.path = url.path
        self.folder = PrivateFolder(url.deletingLastPathComponent().path, faults: faults)
        self.name = url.lastPathComponent
        self.links = isOurs ? .refused : .followed
    }

    /// The name of the identity that a rotation is about to put in place.
    private var nextName: String { "\(name).new" }

    /// `nil` when there is no file.
    ///
    /// - Throws: ``SecretsError`` `secrets.identity_file` when others may read it or it holds no identity.
    func read() throws(SecretsError) -> Content? { try read(name) }

    /// The identity that a rotation left behind when it was cut off; `nil` also when it is not whole.
    func readNext() throws(SecretsError) -> Content? {
        do throws(SecretsError) {
            return try read(nextName)
        } catch {
            if error.code == .identityFile { return nil }
            throw error
        }
    }

    /// Writes the file, which must not exist.
    func create(_ content: Content) throws(SecretsError) {
        try writeNext(content)
        try promoteNext()
    }

    func writeNext(_ content: Content) throws(SecretsError) {
        try folder.writeNew(Self.bytes(content), to: nextName)
        try folder.flush()
    }

    func promoteNext() throws(SecretsError) {
        try folder.rename(nextName, to: name)
        try folder.flush()
    }

    func removeNext() throws(SecretsError) { try folder.remove(nextName) }

    private func read(_ name: String) throws(SecretsError) -> Content? {
        let bytes = try folder.read(name, maximum: Self.maximumSize, links: links, refusal: .identityFile)
        guard let bytes else { return nil }
        if bytes.starts(with: AgeHeader.versionLine.utf8) || AgeArmour.isArmoured(bytes) { return .locked(bytes) }
        return .plain(try Self.identity(bytes, path))
    }

    /// Reads lines as `age-keygen` writes them: comments, empty lines, and one identity.
    static func identity(_ bytes: [UInt8], _ path: String) throws(SecretsError) -> AgeIdentity {
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
        guard lines.count == 1 else {
            throw SecretsError(.identityFile, "\(path) has to hold one identity, and holds \(lines.count)")
        }
        do {
            return try AgeIdentity(lines[0])
        } catch {
            throw SecretsError(.identityFile, "\(path): \(error.message)", cause: error)
        }
    }

    static func plainText(_ identity: AgeIdentity) -> [UInt8] {
        let head =
            "# The identity that opens secrets.age: keep a copy elsewhere.\n# public key: \(identity.recipient)\n"
        return Array((head + identity.exposed() + "\n").utf8)
    }

    static func bytes(_ content: Content) -> [UInt8] {
        switch content {
        case .plain(let identity): plainText(identity)
        case .locked(let bytes): bytes
        }
    }
}
