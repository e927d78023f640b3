internal import Dispatch
internal import Synchronization

/// `secrets.age` in its folder: read, and replaced so that there always is the old file or the new one.
///
/// The new content is written beside the file, flushed, read back and opened before it takes the file's place; the file
/// that it replaces stays as `secrets.age.previous`.
struct SecretsFile: Sendable {
    static let name = "secrets.age"
    static let previousName = "secrets.age.previous"
    private static let draftName = "secrets.age.new"
    static let maximumSize = AgeFile.maximumSize + (2 << 20)

    let folder: PrivateFolder
    private let witness: any SecretsWitness

    init(folder: PrivateFolder, witness: any SecretsWitness) {
        self.folder = folder
        self.witness = witness
    }

    /// A file that was read.
    struct Found {
        let bytes: [UInt8]
        /// Taken before the file was read, so that one that is exchanged meanwhile is noticed later.
        let stamp: SecretsFileStamp?
    }

    /// What a replacement came to.
    struct Replacement {
        /// What is in place now.
        let secrets: OpenSecrets
        /// What went wrong after the new file was in place.
        let failure: SecretsError?
    }

    /// `nil` when there is no file.
    ///
    /// - Throws: ``SecretsError`` `secrets.damaged` for what is no file of its owner alone, `secrets.unavailable`.
    func find() throws(SecretsError) -> Found? {
        let stamp = SecretsFileStamp("\(folder.path)/\(Self.name)")
        let bytes = try folder.read(Self.name, maximum: Self.maximumSize, refusal: .damaged)
        return bytes.map { Found(bytes: $0, stamp: stamp) }
    }

    /// Puts a document in place of the file.
    ///
    /// - Parameters:
    ///   - present: the mark of the file in place; `nil` when there is none.
    ///   - notes: what the audit log says once the document is in place.
    /// - Throws: ``SecretsError``; the file in place is the one that it was.
    func replace(
        _ present: SecretsMark?,
        with document: SecretsDocument,
        for identity: AgeIdentity,
        noting notes: [SecretsNote]
    ) throws(SecretsError) -> Replacement {
        let content = document.encoded(for: identity)
        let file: [UInt8]
        do {
            file = try AgeFile.seal(content, to: Self.recipients(identity, document.allRecipients))
        } catch {
            throw SecretsError(error.code == .tooLarge ? .full : .recipients, error.message, cause: error)
        }
        let mark: SecretsMark
        let stamp: SecretsFileStamp?
        do throws(SecretsError) {
            let digest = try writeDraft(file, of: content, for: identity)
            mark = SecretsMark(generation: document.generation, digest: digest)
            try record(present, next: mark, notes, of: document, .announce)
            stamp = SecretsFileStamp("\(folder.path)/\(Self.draftName)")
            try folder.keep(Self.name, as: Self.previousName)
            try folder.rename(Self.draftName, to: Self.name)
        } catch {
            if !error.isCrash { removeDraft() }
            throw error
        }
        let secrets = OpenSecrets(document, mark, identity, stamp: stamp)
        return Replacement(secrets: secrets, failure: settle(mark, of: document))
    }

    /// Lets go of the file that the last replacement kept.
    func removePrevious() throws(SecretsError) { try folder.remove(Self.previousName) }

    /// Remembers the file in place as the right one.
    func confirm(_ mark: SecretsMark, of document: SecretsDocument) throws(SecretsError) {
        try record(mark, next: nil, [], of: document, .confirm)
    }

    private static func recipients(_ identity: AgeIdentity, _ others: [AgeRecipient]) -> [AgeRecipient] {
        [identity.recipient] + others.filter { $0 != identity.recipient }
    }

    /// Writes the draft, reads it again and opens it, so that bad memory or a bad disk is found while the old file is in place.
    ///
    /// What the processor and what the disk has to do goes on at once: a file of ten megabytes takes as long as the longer of
    /// the two.
    ///
    /// - Returns: the digest of the file.
    private func writeDraft(
        _ file: [UInt8],
        of content: [UInt8],
        for identity: AgeIdentity
    ) throws(SecretsError) -> SecretsDigest {
        let results = Mutex(DraftResults())
        DispatchQueue.concurrentPerform(iterations: 3) { part in
            switch part {
            case 0:
                let written = Result { () throws(SecretsError) in try folder.writeNew(file, to: Self.draftName) }
                results.withLock { $0.written = written }
            case 1:
                let isWhole = Result { () throws(AgeError) in try AgeFile.isSeal(file, of: content, for: identity) }
                results.withLock { $0.isWhole = isWhole }
            default:
                let digest = SecretsDigest(of: file)
                results.withLock { $0.digest = digest }
            }
        }
        let finished = results.withLock { $0 }
        guard let written = finished.written, let isWhole = finished.isWhole, let digest = finished.digest else {
            preconditionFailure("concurrentPerform ends when every part has")
        }
        try written.get()
        try folder.faults.check(.readBack, Self.draftName)
        guard try folder.holds(file, in: Self.draftName) else {
            throw SecretsError(.unavailable, "the new secrets file is not what was written")
        }
        switch isWhole {
        case .success(true): return digest
        case .success(false): throw SecretsError(.unavailable, "the new secrets file is not what was sealed")
        case .failure(let error):
            throw SecretsError(.unavailable, "the new secrets file cannot be opened", cause: error)
        }
    }

    private struct DraftResults: Sendable {
        var written: Result<Void, SecretsError>?
        var isWhole: Result<Bool, AgeError>?
        var digest: SecretsDigest?
    }

    private func record(
        _ present: SecretsMark?,
        next: SecretsMark?,
        _ notes: [SecretsNote],
        of document: SecretsDocument,
        _ step: SecretsFaults.Step
    ) throws(SecretsError) {
        try folder.faults.check(step, Self.name)
        do {
            try witness.record(
                SecretsTestimony(present: present, next: next, notes: notes, recipients: document.recipients)
            )
        } catch let error as SecretsError {
            throw error
        } catch {
            throw SecretsError(.auditUnavailable, "the change of the secrets cannot be recorded", cause: error)
        }
    }

    /// Makes the replacement last; it stands whatever goes wrong here.
    private func settle(_ mark: SecretsMark, of document: SecretsDocument) -> SecretsError? {
        do throws(SecretsError) {
            try folder.flush()
        } catch {
            if error.isCrash { return error }
            let message = "the secrets were changed, but the change may not survive a power cut"
            return SecretsError(.outcomeUnknown, message, cause: error)
        }
        // Both marks are recorded: without this the old file could be put back once without being noticed. The next write, or
        // start, records it, and what the audit log is to say of this one.
        do throws(SecretsError) { try confirm(mark, of: document) } catch { return error.isCrash ? error : nil }
        return nil
    }

    /// A draft that stays is removed by the next write, and by the next start that can open the file.
    private func removeDraft() {
        do throws(SecretsError) { try folder.remove(Self.draftName) } catch {}
    }

    /// Removes what a write that was cut off has left beside the file, which is whole.
    func removeDrafts() {
        removeDraft()
        // The second name of a file, under which it was about to be kept.
        do throws(SecretsError) { try folder.remove("\(Self.previousName).new") } catch {}
    }
}
