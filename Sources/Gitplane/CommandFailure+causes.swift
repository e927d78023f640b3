import Access
import Concurrency
import Foundation
import GitTransport
import Glibc
import LocalStore
import Secrets
import StateRepo

extension CommandFailure {
    /// The failure of a lower layer as a person can act on it, when it is one of the disk, of a file or of the repository;
    /// any other error as it is.
    ///
    /// - Parameter folder: what the command was about, when that is known.
    static func explaining(_ error: any Error, in folder: DataFolder? = nil) -> any Error {
        guard !(error is CommandFailure), let text = text(of: error, folder) else { return error }
        return telling(text, of: error, in: folder)
    }

    /// A problem in words: 69 where git has a lock, 74 where the disk is full, with what to do, else 78.
    ///
    /// - Parameter error: what the problem comes from, where that is more than the words.
    static func telling(_ problem: String, of error: (any Error)?, in folder: DataFolder?) -> CommandFailure {
        if let error, isLocked(error) {
            return CommandFailure(.unavailable, "\(problem), or try again when the git that has it has ended")
        }
        let hasNoRoom = error.map { isFull($0, folder) } ?? false
        guard hasNoRoom || problem.contains(String(cString: strerror(ENOSPC))) else {
            return CommandFailure(.configuration, problem)
        }
        return CommandFailure(.inputOutput, "\(problem): \(fullDisk)")
    }

    static let fullDisk = "make room on the disk, which is full, and try again"

    /// `nil` for what is no failure of the surroundings.
    private static func text(of error: any Error, _ folder: DataFolder?) -> String? {
        let doctor = isFull(error, folder) ? "" : ": gitplane doctor says what is wrong"
        switch error {
        case let error as LocalStoreError where [.unavailable, .corrupt, .full].contains(error.code):
            return "\(error.message)\(doctor)"
        case let error as GitError:
            return "\(folder.map { "\($0.repository): " } ?? "")\(error)\(doctor)"
        case let error as StateError:
            if let cause = error.cause, let text = text(of: cause, folder) { return text }
            return [.unavailable, .storageFull, .objectDamaged].contains(error.code) ? error.message : nil
        case let error as AccessRefusal:
            // Everything about access is in that file.
            guard let cause = error.cause as? LocalStoreError else { return nil }
            let problem = "\(folder?.local ?? "local.sqlite") cannot be used: \(cause.message)"
            return isFull(cause, folder) ? problem : "\(problem): restore it from a backup"
        case let error as AccessError: return error.message
        case let error as GateError where error.code == .socketPath: return error.message
        case let error as HookInstallationError: return "the gate's hook cannot be installed: \(error.message)"
        case let error as POSIXError: return reason(error)
        case let error as CocoaError:
            let why = (error.underlying as? POSIXError).map(reason) ?? error.localizedDescription
            return "\(error.filePath.map { "\($0): " } ?? "")\(why)"
        default: return nil
        }
    }

    private static func reason(_ error: POSIXError) -> String { String(cString: strerror(error.code.rawValue)) }

    /// Whether git has the lock of a file that was to be written.
    private static func isLocked(_ error: any Error) -> Bool {
        switch error {
        case let error as GitError: error.code == .locked
        case let error as StateError: error.cause.map(isLocked) ?? false
        default: false
        }
    }

    /// Whether there was no room; without any, SQLite reports that a file cannot be opened or read.
    static func isFull(_ error: any Error, _ folder: DataFolder?) -> Bool {
        switch error {
        case let error as LocalStoreError where error.code == .unavailable:
            folder.map { DiskRoom(at: $0.url.path).isExhausted } ?? false
        case let error as LocalStoreError: error.code == .full
        case let error as GitError: error.code == .diskFull
        case let error as StateError: error.code == .storageFull || (error.cause.map { isFull($0, folder) } ?? false)
        case let error as SecretsError: error.code == .storageFull || (error.cause.map { isFull($0, folder) } ?? false)
        case let error as AccessRefusal: error.cause.map { isFull($0, folder) } ?? false
        default: false
        }
    }
}
