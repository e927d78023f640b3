import Access
import Concurrency
import Foundation
import Glibc
import LocalStore
import Secrets
import StateRepo

/// What lies beside the repository.
extension Examination {
    /// Who may read and write what.
    func permissions() -> [Finding] {
        let folders = [("", folder.url.path, 0o022), ("run", folder.run, 0o077)]
        let files = [
            folder.instance, folder.local, folder.accessToken, folder.setupCode, folder.identity, folder.secrets,
            folder.recoveryKey,
        ].map { (URL(filePath: $0).lastPathComponent, $0, 0o077) }
        return (folders + files).compactMap { name, path, forbidden in
            let attributes: [FileAttributeKey: Any]
            // What is not there has no mode; whether it should be is asked elsewhere.
            do { attributes = try FileManager.default.attributesOfItem(atPath: path) } catch { return nil }
            let subject = name.isEmpty ? "data folder" : name
            if let owner = attributes[.ownerAccountID] as? UInt32, owner != geteuid() {
                return Finding(.person, subject, "it belongs to another user: chown \(geteuid()) \(path)")
            }
            guard let mode = attributes[.posixPermissions] as? Int, mode & forbidden != 0 else { return nil }
            guard path != folder.local else {
                return Finding(.start, subject, "others may use it; it becomes its owner's alone")
            }
            let wanted = String(mode & ~0o077, radix: 8)
            return Finding(.person, subject, "others may use it: chmod \(wanted) \(path)")
        }
    }

    func room() -> [Finding] {
        if access(folder.url.path, W_OK) != 0 {
            let reason = String(cString: strerror(errno))
            return [Finding(.person, "data folder", "no server starts: it cannot be written (\(reason))")]
        }
        guard DiskRoom(at: folder.url.path).isExhausted else { return [] }
        return [Finding(.person, "data folder", "no server starts: \(CommandFailure.fullDisk)")]
    }

    /// A key that opens the secrets does not belong beside them.
    func recoveryKey() -> [Finding] {
        guard exists(folder.recoveryKey) else { return [] }
        let message = "it opens the secrets beside which it lies"
        return [Finding(.person, RecoveryKeyFile.name, "\(message): move \(folder.recoveryKey) elsewhere")]
    }

    /// What a command left that made or restored a repository and was killed; nothing takes it for one.
    func draft() -> [Finding] {
        guard exists(folder.draft) else { return [] }
        let message = "left by gitplane init or restore, which was killed, and may hold accounts and secrets"
        return [Finding(.person, URL(filePath: folder.draft).lastPathComponent, "\(message): remove \(folder.draft)")]
    }

    func local() throws -> [Finding] {
        guard exists(folder.local) else {
            return [Finding(.start, "local.sqlite", "there is none; it is made, without an owner")]
        }
        let faults = try LocalFile(path: folder.local).faults()
        guard faults.isEmpty else {
            return faults.map { Finding(.person, "local.sqlite", "\($0): restore it from a backup") }
        }
        guard try !LocalFile(path: folder.local).isOfNewerVersion() else {
            let message = "a newer version of this program wrote there, and this one does not start: install that one"
            return [Finding(.person, "local.sqlite", message)]
        }
        guard try !LocalFile(path: folder.local).isUnfinished() else {
            let message = "a first start was cut off while it made it; the next one does, without an owner"
            return [Finding(.start, "local.sqlite", message)]
        }
        let audit = try AuditFile(path: folder.local).verify()
        if let finding = audit.finding {
            let message = "entry \(finding.sequence) of the audit log: \(finding.fault.rawValue)"
            return [Finding(.person, "local.sqlite", "\(message): compare it with a backup")]
        }
        let unguarded = try AuditFile(path: folder.local).missingGuards()
        guard unguarded.isEmpty else {
            return unguarded.map { Finding(.start, "local.sqlite", "the trigger \($0) is gone; it is put back") }
        }
        return [Finding(.fine, "local.sqlite", "whole, with \(audit.count) entries in the audit log")]
    }

    func index() throws -> [Finding] {
        guard exists(folder.index) else {
            return [Finding(.start, "index.sqlite", "there is none; it is made from the history")]
        }
        guard try !HistoryIndexFile(path: folder.index).isUsable() else { return [] }
        return [
            Finding(.start, "index.sqlite", "it is damaged or of another version; it is made anew from the history")
        ]
    }

    /// The newest commit that the history index knows; `nil` when it is lost or damaged.
    func indexedHead() throws -> CommitID? {
        let file = HistoryIndexFile(path: folder.index)
        return try exists(folder.index) && file.isUsable() ? file.head() : nil
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    func isFile(_ path: String) -> Bool {
        var isFolder = ObjCBool(false)
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}
