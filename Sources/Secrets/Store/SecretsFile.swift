internal import Glibc

/// `secrets.age` in its folder: read, and replaced so that there always is the old file or the new one.
///
/// The new content is written beside the file, flushed, read back and opened before it takes the file's place; the file
/// that it replaces stays as `secrets.age.previous`.
struct SecretsFile: Sendable {
    static let name = "secrets.age"
    static let previousName = "secrets.age.previous"
    private static let draftName = "secrets.age.new"
    private static let maximumSize = AgeFile.maximumSize + (2 << 20)

    let folder: PrivateFolder
    private let witness: any SecretsWitness

    init(folder: PrivateFolder, witness: any SecretsWitness) {
        self.folder = folder
        self.witness = witness
    }

    /// What a replacement came to.
    struct Replacement {
        let mark: SecretsMark
        /// What went wrong after the new file was in place.
        let failure: SecretsError?
    }

    /// `nil` when there is no file.
    func read() throws(SecretsError) -> [UInt8]? {
        try folder.read(Self.name, maximum: Self.maximumSize, refusal: .unavailable)
    }

    /// Puts a document in place of the file.
    ///
    /// - Parameter present: the mark of the file in place; `nil` when there is none.
    /// - Throws: ``SecretsError``; the file in place is the one that it was.
    func replace(
        _ present: SecretsMark?,
        with document: SecretsDocument,
        for identity: AgeIdentity,
        and others: [AgeRecipient]
    ) throws(SecretsError) -> Replacement {
        let content = document.encoded(for: identity)
        let file: [UInt8]
        do {
            file = try AgeFile.seal(content, to: Self.recipients(identity, document.recipients + others))
        } catch {
            throw SecretsError(error.code == .tooLarge ? .full : .recipients, error.message, cause: error)
        }
        let mark = SecretsMark(generation: document.generation, digest: SecretsDigest(of: file))
        do throws(SecretsError) {
            try folder.writeNew(file, to: Self.draftName)
            try verify(file, content, identity)
            try record(SecretsTestimony(present: present, next: mark), .announce)
            try folder.keep(Self.name, as: Self.previousName)
            try folder.rename(Self.draftName, to: Self.name)
        } catch {
            if !error.isCrash { removeDraft() }
            throw error
        }
        return Replacement(mark: mark, failure: settle(mark))
    }

    /// Lets go of the file that the last replacement kept.
    func removePrevious() throws(SecretsError) { try folder.remove(Self.previousName) }

    /// Remembers the file in place as the right one.
    func confirm(_ mark: SecretsMark) throws(SecretsError) {
        try record(SecretsTestimony(present: mark, next: nil), .confirm)
    }

    private static func recipients(_ identity: AgeIdentity, _ others: [AgeRecipient]) -> [AgeRecipient] {
        var recipients = [identity.recipient]
        for other in others where !recipients.contains(other) { recipients.append(other) }
        return recipients
    }

    /// Reads the draft again and opens it, so that bad memory or a bad disk is found while the old file is in place.
    private func verify(_ file: [UInt8], _ content: [UInt8], _ identity: AgeIdentity) throws(SecretsError) {
        try folder.faults.check(.readBack, Self.draftName)
        guard try folder.holds(file, in: Self.draftName) else {
            throw SecretsError(.unavailable, "the new secrets file is not what was written")
        }
        let isWhole: Bool
        do {
            isWhole = try AgeFile.isSeal(file, of: content, for: identity)
        } catch {
            throw SecretsError(.unavailable, "the new secrets file cannot be opened", cause: error)
        }
        guard isWhole else { throw SecretsError(.unavailable, "the new secrets file is not what was sealed") }
    }

    private func record(_ testimony: SecretsTestimony, _ step: SecretsFaults.Step) throws(SecretsError) {
        try folder.faults.check(step, Self.name)
        do {
            try witness.record(testimony)
        } catch {
            throw SecretsError(.unavailable, "the generation of the secrets file cannot be recorded", cause: error)
        }
    }

    /// Makes the replacement last; it stands whatever goes wrong here.
    private func settle(_ mark: SecretsMark) -> SecretsError? {
        do throws(SecretsError) {
            try folder.flush()
        } catch {
            if error.isCrash { return error }
            let message = "the secrets were changed, but the change may not survive a power cut"
            return SecretsError(.outcomeUnknown, message, cause: error)
        }
        // Both marks are recorded: without this the old file could be put back once without being noticed.
        do throws(SecretsError) { try confirm(mark) } catch { return error.isCrash ? error : nil }
        return nil
    }

    /// A draft that stays is removed by the next write.
    private func removeDraft() {
        do throws(SecretsError) { try folder.remove(Self.draftName) } catch {}
    }
}

/// What tells that a file was exchanged, without reading it.
struct FileStamp: Hashable, Sendable {
    let device: UInt
    let inode: UInt
    let size: Int
    let modifiedAt: Int
    let nanoseconds: Int

    /// `nil` when there is no such file, or it cannot be looked at.
    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.device = UInt(status.st_dev)
        self.inode = UInt(status.st_ino)
        self.size = Int(status.st_size)
        self.modifiedAt = status.st_mtim.tv_sec
        self.nanoseconds = status.st_mtim.tv_nsec
    }
}
