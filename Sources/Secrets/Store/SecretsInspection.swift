/// A look at the secrets of an installation that changes nothing.
package struct SecretsInspection: Sendable {
    /// What was found.
    package enum Finding: Hashable, Sendable {
        /// Neither a file nor an identity: the first start makes both.
        case none
        /// The file opens, and is the one that was written last.
        case good(entries: Int)
        /// A passphrase protects the identity, so that the file is not opened.
        case sealed
        /// What stops a start, or the use of secrets, and what to do.
        case fault(String)
    }

    private let folder: String
    private let identityPath: String?
    private let instance: String
    private let testimony: SecretsTestimony?

    /// - Parameters:
    ///   - folder: of `secrets.age`, an absolute path.
    ///   - identityPath: the identity's file when it is not `secrets.key` in the folder.
    ///   - testimony: which file was written last.
    package init(folder: String, identityPath: String? = nil, instance: String, testimony: SecretsTestimony?) {
        self.folder = folder
        self.identityPath = identityPath
        self.instance = instance
        self.testimony = testimony
    }

    package func look() -> Finding {
        do throws(SecretsError) {
            return try judge()
        } catch {
            return .fault(error.message)
        }
    }

    private func judge() throws(SecretsError) -> Finding {
        let bytes = try PrivateFolder(folder).read(
            SecretsFile.name,
            maximum: AgeFile.maximumSize,
            refusal: .unavailable
        )
        let file = IdentityFile(
            path: identityPath ?? "\(folder)/secrets.key",
            isOurs: identityPath == nil,
            faults: .none
        )
        switch (try file.read(), bytes) {
        case (nil, nil):
            return testimony?.present == nil
                ? .none : .fault("secrets.age and its identity are gone: restore both from a backup")
        case (nil, .some): return .fault("\(file.path) is gone: restore it, or use the recovery key")
        case (.some, nil):
            return testimony?.present == nil
                ? .none : .fault("secrets.age is gone: restore it, or secrets.age.previous")
        case (.locked, .some(let bytes)): return isExpected(bytes) ? .sealed : Self.unexpected
        case (.plain(let identity), .some(let bytes)): return try judge(bytes, identity)
        }
    }

    private func judge(_ bytes: [UInt8], _ identity: AgeIdentity) throws(SecretsError) -> Finding {
        let content: [UInt8]
        do throws(AgeError) {
            content = try AgeFile.open(bytes, with: [identity])
        } catch {
            return .fault("secrets.age cannot be opened: \(error.message)")
        }
        let decoded = try SecretsDocument.decode(content, with: identity)
        guard decoded.isAuthentic, decoded.document.instance.utf8.elementsEqual(instance.utf8) else {
            return .fault("secrets.age was not written by this installation: restore the right one")
        }
        return isExpected(bytes) ? .good(entries: decoded.document.entries.count) : Self.unexpected
    }

    private func isExpected(_ bytes: [UInt8]) -> Bool {
        guard let testimony else { return true }
        let digest = SecretsDigest(of: bytes)
        return [testimony.present, testimony.next].contains { $0?.digest == digest }
    }

    private static var unexpected: Finding {
        .fault("secrets.age is not the file that was written last: restore that one, or accept this one by its digest")
    }
}
