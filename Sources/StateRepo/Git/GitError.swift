import CLibgit2
import Glibc

/// A failure of the git layer: what kind, in which step, and the library's own words.
package struct GitError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller can act on.
    package enum Code: Hashable, Sendable {
        case notFound
        case exists
        /// A ref is not where the caller expected it.
        case modified
        /// Another process holds the lock file of the ref; waiting may help.
        case locked
        /// The request itself can never succeed.
        case invalid
        /// What is stored cannot be what was written: wrong hash, cut off, not parseable.
        case corrupt
        case diskFull
        /// A limit of this layer; see the type that declares it.
        case limitExceeded
        /// The ref names the commit, but the disk may not: the change must be neither reported as done nor tried again.
        case outcomeUnknown(CommitID)
        case other
    }

    package let code: Code
    package let operation: String
    package let message: String
    /// The object that was to be read, when that is what failed.
    package let object: AnyObjectID?

    package init(_ code: Code, _ operation: String, _ message: String, object: AnyObjectID? = nil) {
        self.code = code
        self.operation = operation
        self.message = message
        self.object = object
    }

    /// Whether an object is missing, or is not what was written.
    ///
    /// Trying again does not help; putting the object back does.
    package var isDamage: Bool { object != nil && (code == .corrupt || code == .notFound) }

    package var description: String { "\(operation): \(message)" }
}

extension GitError {
    /// Takes the thread's last libgit2 error and clears it, so that it cannot be read as the next call's.
    init(status: Int32, operation: StaticString) {
        let last = git_error_last()
        let message = last.map { String(cString: $0.pointee.message) } ?? "status \(status)"
        let source = last.map { git_error_t(UInt32(bitPattern: $0.pointee.klass)) } ?? GIT_ERROR_NONE
        git_error_clear()
        self.init(Self.code(status: status, source: source, message: message), "\(operation)", message)
    }

    /// Takes the thread's last libgit2 error, which a read of `id` has left.
    init(reading id: AnyObjectID, status: Int32) {
        // What the database cannot make sense of has no status of its own.
        let isFromDatabase = git_error_last().map { $0.pointee.klass == Int32(GIT_ERROR_ODB.rawValue) } ?? false
        let error = GitError(status: status, operation: "read object")
        let code: Code =
            switch error.code {
            case .other where isFromDatabase: .corrupt
            default: error.code
            }
        let reason = code == .notFound ? "is missing" : error.message
        self.init(code, error.operation, "\(id): \(reason)", object: id)
    }

    private static func code(status: Int32, source: git_error_t, message: String) -> Code {
        switch git_error_code(status) {
        case GIT_ENOTFOUND: .notFound
        case GIT_EEXISTS: .exists
        case GIT_EMODIFIED, GIT_ENONFASTFORWARD: .modified
        case GIT_ELOCKED: .locked
        case GIT_EINVALIDSPEC, GIT_EINVALID: .invalid
        case GIT_EMISMATCH: .corrupt
        default: code(source: source, message: message)
        }
    }

    /// libgit2 has one status for everything else and puts the reason into words only.
    private static func code(source: git_error_t, message: String) -> Code {
        switch source {
        case GIT_ERROR_OS where [ENOSPC, EDQUOT].contains { message.hasSuffix(String(cString: strerror($0))) }:
            .diskFull
        case GIT_ERROR_ZLIB: .corrupt
        // A symbolic one that leads to itself has no other word.
        case GIT_ERROR_REFERENCE where ["corrupted", "cannot resolve"].contains { message.hasPrefix($0) }: .corrupt
        default: .other
        }
    }
}

/// Throws the thread's last libgit2 error when `status` is negative.
///
/// `status` is evaluated in the same synchronous frame that reads the error: libgit2 keeps it in thread-local storage.
func check(_ operation: StaticString, _ status: Int32) throws(GitError) {
    guard status >= 0 else { throw GitError(status: status, operation: operation) }
}

/// Runs a libgit2 call that hands back a pointer the caller must free.
func checkOwned<Pointee>(_ operation: StaticString, _ call: (inout Pointee?) -> Int32) throws(GitError) -> Pointee {
    var pointer: Pointee?
    try check(operation, call(&pointer))
    guard let pointer else { throw GitError(status: GIT_ERROR.rawValue, operation: operation) }
    return pointer
}
