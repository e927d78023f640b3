import Access
import Documents
import Foundation
import GitTransport
import LocalStore
import Secrets
import StateRepo

/// Makes a backup of a data folder, beside a running server and its writers.
///
/// The parts are copied in an order in which later ones know all that earlier ones do: first the journal, then the
/// repository, as a journal is emptied only when git has all that was in it; `local.sqlite`, the secrets and their identity
/// together, until all are of one moment.
struct BackupWriter {
    /// How often secrets may be written meanwhile.
    private static let maximumAttempts = 20

    let folder: DataFolder
    let programs: GitPrograms
    let clock: @Sendable () -> Date
    /// What opens the secrets, when it is to go along.
    let identity: IdentityFile?

    /// Makes the backup by the side, and moves it to `target` when it is whole and on disk.
    func write(to target: URL) async throws -> BackupManifest {
        guard !FileManager.default.fileExists(atPath: target.path) else {
            throw CommandFailure(.usage, "\(target.path) is there already")
        }
        try checkPlace(target)
        try checkSource()
        let draft = try BackupDraft(of: target)
        let folder = draft.folder
        do {
            let manifest = try await fill(folder)
            try Task.checkCancellation()
            try draft.finish(as: target)
            return manifest
        } catch {
            try FileManager.default.removeItem(at: folder.url)
            throw error
        }
    }

    /// A backup that is lost with what it was made of is none.
    private func checkPlace(_ target: URL) throws {
        let source = folder.url.resolvingSymlinksInPath().pathComponents
        let parents = target.deletingLastPathComponent().resolvingSymlinksInPath().pathComponents
        guard parents.starts(with: source) else { return }
        throw CommandFailure(.usage, "\(target.path) is in the data folder itself: choose a folder elsewhere")
    }

    /// What a server always has and is gone is lost for the backup too, which must not pass for a good one.
    private func checkSource() throws {
        let files = FileManager.default
        let hasLocal = files.fileExists(atPath: folder.local)
        let hasSecrets = files.fileExists(atPath: path(BackupFolder.secrets))
        var missing: [String] = []
        if !files.fileExists(atPath: folder.instance) { missing.append(BackupFolder.instance) }
        // Both come with the first start of a server; `gitplane init` makes neither.
        if hasSecrets, !hasLocal { missing.append(BackupFolder.local) }
        if !hasSecrets, hasLocal, try LocalFile(path: folder.local).testimony()?.present != nil {
            missing.append(BackupFolder.secrets)
        }
        guard missing.isEmpty else {
            throw CommandFailure(
                .findings,
                missing.map { "gitplane: error: \(path($0)) is missing: gitplane doctor says what to do" }
            )
        }
        if let identity, !files.fileExists(atPath: identity.path) { throw Self.isMissing(identity) }
    }

    private static func isMissing(_ identity: IdentityFile) -> CommandFailure {
        let remedy = "set GITPLANE_SECRETS_IDENTITY_FILE as for the server, or leave --with-identity out"
        return CommandFailure(.findings, "there is no identity in \(identity.path): \(remedy)")
    }

    private func fill(_ draft: BackupFolder) async throws -> BackupManifest {
        let instance = try InstanceFile.read(at: folder.instance)
        try copy("state.git/\(BackupFolder.journal)", as: BackupFolder.journal, to: draft)
        let references: [String: String]
        do {
            references = try await RepositoryBundle(repository: folder.repository, programs: programs)
                .write(to: draft.file(BackupFolder.bundle))
        } catch let failure as RepositoryUpkeep.Failure {
            throw CommandFailure(.findings, "\(failure): gitplane doctor says what is damaged")
        }
        try Task.checkCancellation()
        try copySecretsAndLocal(to: draft)
        for name in [BackupFolder.instance, BackupFolder.settings] { try copy(name, as: name, to: draft) }
        let names = try FileManager.default.contentsOfDirectory(atPath: draft.url.path).sorted()
            .filter { $0 != BackupDraft.lockName }
        let manifest = BackupManifest(
            createdAt: Timestamp.text(clock()),
            version: ProgramVersion.current,
            instance: instance.identity.instance,
            references: references,
            audit: try audit(in: draft),
            files: try names.map { try BackupManifest.File($0, in: draft) },
            absent: BackupFolder.companions.filter { !names.contains($0) }
        )
        try draft.write(Data(JSONDocument(formatting: manifest.json).source), to: BackupManifest.fileName)
        return manifest
    }

    private func audit(in draft: BackupFolder) throws -> BackupManifest.Audit? {
        guard draft.has(BackupFolder.local) else { return nil }
        let verification = try AuditFile(path: draft.file(BackupFolder.local).path).verify()
        return BackupManifest.Audit(count: verification.count, head: verification.head)
    }

    /// Copies all until the database knows the secrets file as the one in place, and the identity opens it.
    private func copySecretsAndLocal(to draft: BackupFolder) throws {
        var reason = "secrets.age is not the file that was written last"
        for _ in 0..<Self.maximumAttempts {
            let testimony = try copyLocal(to: draft)
            let content = try content(of: BackupFolder.secrets)
            guard testimony.isOf(content) else { continue }
            let copy: IdentityFile.Copy?
            do throws(SecretsError) {
                copy = try identity?.copy(for: content.map { Array($0) })
            } catch {
                // A rotation may have come to its end in between.
                guard error.code == .identityWrong else {
                    throw CommandFailure.telling(error.message, of: error, in: folder)
                }
                reason = error.message
                continue
            }
            return try write(content, copy, to: draft)
        }
        throw CommandFailure(.findings, "\(reason): see gitplane doctor")
    }

    /// - Returns: which secrets file it knows; `nil` also when there is no database.
    private func copyLocal(to draft: BackupFolder) throws -> SecretsTestimony? {
        guard FileManager.default.fileExists(atPath: folder.local) else { return nil }
        let local = draft.file(BackupFolder.local)
        if draft.has(BackupFolder.local) { try FileManager.default.removeItem(at: local) }
        try LocalFile(path: folder.local).copy(to: local.path)
        return try LocalFile(path: local.path).testimony()
    }

    private func write(_ secrets: Data?, _ copy: IdentityFile.Copy?, to draft: BackupFolder) throws {
        if let secrets { try draft.write(secrets, to: BackupFolder.secrets) }
        guard let identity else { return }
        guard let copy else { throw Self.isMissing(identity) }
        try draft.write(Data(copy.identity), to: BackupFolder.identity)
        if let next = copy.next { try draft.write(Data(next), to: BackupFolder.nextIdentity) }
    }

    private func copy(_ name: String, as copy: String, to draft: BackupFolder) throws {
        guard let content = try content(of: name), !content.isEmpty else { return }
        try draft.write(content, to: copy)
    }

    /// `nil` when there is no such file.
    private func content(of name: String) throws -> Data? {
        guard FileManager.default.fileExists(atPath: path(name)) else { return nil }
        return try Data(contentsOf: URL(filePath: path(name)))
    }

    private func path(_ name: String) -> String { folder.url.appending(path: name).path }
}

extension SecretsTestimony? {
    /// Whether this is the secrets file that was written last; without a testimony any file is, and none.
    func isOf(_ content: Data?) -> Bool {
        guard let self else { return true }
        let digest = content.map { SecretsDigest(of: Array($0)) }
        return digest == self.present?.digest || (digest != nil && digest == self.next?.digest)
    }
}
