import Documents
import Foundation
import LocalStore
import Secrets
import StateRepo

/// The secrets, and who opens them.
extension Examination {
    /// - Parameter isBesideServer: whether a server is running, which finishes what it is in the middle of.
    func secrets(besideServer isBesideServer: Bool) throws -> [Finding] {
        guard exists(folder.instance) else {
            guard InstanceFile.isLost(in: folder) else {
                return [Finding(.start, "instance.json", "there is none; it is made")]
            }
            let message = "it is gone, and no server starts: restore it, as a new one disowns commits and secrets"
            return [Finding(.person, "instance.json", message)]
        }
        let identityPath: String?
        do throws(ConfigurationError) {
            let schemas = rules.schemas.registry
            identityPath = try SecretsSettings.identityFile(of: folder, environment: environment, schemas: schemas)
        } catch {
            return error.problems.map { Finding(.person, "settings", "no server starts: \($0)") }
        }
        let instance = try InstanceFile.read(at: folder.instance)
        let inspection = SecretsInspection(
            folder: folder.url.path,
            identityPath: identityPath,
            instance: instance.identity.instance,
            testimony: exists(folder.local) ? try LocalFile(path: folder.local).testimony() : nil
        )
        let report = inspection.look()
        guard !isBesideServer else { return [finding(report.finding)] }
        let drafts = drafts(report, isIdentityOurs: identityPath == nil)
        return try [finding(report.finding)] + rotation(report.rotation) + drafts + unfinished(report.intents)
    }

    /// What was cut off while it was written; where the secrets cannot be opened, a start leaves it.
    private func drafts(_ report: SecretsInspection.Report, isIdentityOurs: Bool) -> [Finding] {
        guard case .good = report.finding else { return [] }
        let next = isIdentityOurs && report.rotation == nil ? ["secrets.key.new"] : []
        return (["secrets.age.new", "secrets.age.previous.new"] + next)
            .filter { isFile(folder.url.appending(path: $0).path) }
            .map { Finding(.start, $0, "it was being written when a process was killed; it is removed") }
    }

    private func finding(_ finding: SecretsInspection.Finding) -> Finding {
        switch finding {
        case .none: Finding(.start, "secrets.age", "there is none; it is made with its identity")
        case .good(let entries): Finding(.fine, "secrets.age", "it opens, with \(entries) secrets")
        case .sealed: Finding(.fine, "secrets.age", "a passphrase protects it")
        case .fault(let message): Finding(.person, "secrets.age", message)
        }
    }

    private func rotation(_ rotation: SecretsInspection.Rotation?) -> [Finding] {
        guard let rotation else { return [] }
        let message =
            switch rotation {
            case .finished: "the secrets are sealed to this identity, as a rotation was cut off; it becomes secrets.key"
            case .takenBack: "a rotation was cut off before anything was sealed to this identity; it is removed"
            }
        return [Finding(.start, "secrets.key.new", message)]
    }

    /// Requests that were cut off between their secrets and their commit.
    private func unfinished(_ intents: [SecretScope: SecretsIntent]) throws -> [Finding] {
        guard isReadable else { return [] }
        return try intents.sorted { $0.key.path < $1.key.path }.compactMap { scope, intent in
            guard try !isCommitted(intent) else { return nil }
            let message = "those of \(scope.path) were written, and main has no commit of that request"
            return Finding(.start, "secrets.age", "\(message): they are taken back, unless the journal has it")
        }
    }

    /// Whether `main` has the commit of a request: the file learns of it with the next write, or a minute later.
    private func isCommitted(_ intent: SecretsIntent) throws -> Bool {
        let repository = try GitRepository(openingBareAt: folder.repository)
        let since = CommitID(intent.since.revision)
        var isThere = false
        do throws(GitError) {
            guard let head = try repository.target(of: .main) else { return false }
            try repository.firstParentWalk(from: head, until: since) { (commit) throws(GitError) in
                isThere = CommitMessage.trailers(of: commit.message).contains { trailer in
                    trailer.key == "Request-Id" && trailer.value.hasSameBytes(as: intent.requestID)
                }
                return isThere ? .stop : .continue
            }
        } catch {
            // What of the history cannot be read is told elsewhere.
            return false
        }
        return isThere
    }
}
