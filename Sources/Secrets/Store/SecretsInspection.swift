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

    /// What a start makes of a rotation of the identity that was cut off.
    package enum Rotation: Hashable, Sendable {
        /// The file is sealed to the new identity, which takes its place.
        case finished
        /// Nothing is sealed to the new identity, which is removed.
        case takenBack
    }

    /// What was found, and what was in the middle of it.
    package struct Report: Sendable {
        package let finding: Finding
        package fileprivate(set) var rotation: Rotation?
        /// Requests of which the file alone does not tell whether they came to their end, by whose secrets they are about.
        package fileprivate(set) var intents: [SecretScope: SecretsIntent]

        fileprivate init(_ finding: Finding, rotation: Rotation? = nil, intents: [SecretScope: SecretsIntent] = [:]) {
            self.finding = finding
            self.rotation = rotation
            self.intents = intents
        }
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

    package func look() -> Report {
        do throws(SecretsError) {
            return try judge()
        } catch {
            return Report(.fault(error.message))
        }
    }

    private func judge() throws(SecretsError) -> Report {
        let bytes = try PrivateFolder(folder).read(
            SecretsFile.name,
            maximum: SecretsFile.maximumSize,
            refusal: .unavailable
        )
        let file = IdentityFile(
            path: identityPath ?? "\(folder)/secrets.key",
            isOurs: identityPath == nil,
            faults: .none
        )
        switch (try file.read(), bytes) {
        case (nil, nil):
            let isNew = testimony?.present == nil
            return Report(isNew ? .none : .fault("secrets.age and its identity are gone: restore both from a backup"))
        case (nil, .some): return Report(.fault("\(file.path) is gone: restore it, or use the recovery key"))
        case (.some, nil):
            let isNew = testimony?.present == nil
            return Report(isNew ? .none : .fault("secrets.age is gone: restore it, or secrets.age.previous"))
        case (.locked, .some(let bytes)): return Report(sealed(bytes))
        case (.plain(let identity), .some(let bytes)): return try judge(bytes, identity, file)
        }
    }

    /// Opens the file with the identity that a start would take.
    private func judge(
        _ bytes: [UInt8],
        _ identity: AgeIdentity,
        _ file: IdentityFile
    ) throws(SecretsError) -> Report {
        switch try file.rotation(to: bytes, from: identity) {
        case .none: return try judge(bytes, identity)
        case .sealed(.plain(let next)):
            var report = try judge(bytes, next)
            report.rotation = .finished
            return report
        case .sealed(.locked): return Report(sealed(bytes), rotation: .finished)
        case .unused:
            var report = try judge(bytes, identity)
            report.rotation = .takenBack
            return report
        }
    }

    private func judge(_ bytes: [UInt8], _ identity: AgeIdentity) throws(SecretsError) -> Report {
        let content: [UInt8]
        do throws(AgeError) {
            content = try AgeFile.open(bytes, with: [identity])
        } catch {
            return Report(.fault("secrets.age cannot be opened: \(error.message)"))
        }
        let decoded = try SecretsDocument.decode(content, with: identity)
        let document = decoded.document
        guard decoded.isAuthentic, document.instance.utf8.elementsEqual(instance.utf8) else {
            return Report(.fault("secrets.age was not written by this installation: restore the right one"))
        }
        guard isExpected(bytes) else { return Report(Self.unexpected) }
        return Report(.good(entries: document.entries.count), intents: document.intents)
    }

    private func sealed(_ bytes: [UInt8]) -> Finding { isExpected(bytes) ? .sealed : Self.unexpected }

    private func isExpected(_ bytes: [UInt8]) -> Bool {
        guard let testimony else { return true }
        let digest = SecretsDigest(of: bytes)
        return [testimony.present, testimony.next].contains { $0?.digest == digest }
    }

    private static var unexpected: Finding {
        .fault("secrets.age is not the file that was written last: restore that one, or accept this one by its digest")
    }
}
