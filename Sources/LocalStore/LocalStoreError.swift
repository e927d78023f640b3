internal import GRDB

/// A failure of one of the local databases.
package struct LocalStoreError: Error, CustomStringConvertible {
    /// The stable, machine-readable reason, spelled `<domain>.<reason>`.
    package enum Code: String, CaseIterable, Sendable {
        /// The file cannot be opened, read or written now; a later try may work.
        case unavailable = "local_store.unavailable"
        /// The file's content is damaged.
        case corrupt = "local_store.corrupt"
        /// There is no room for what should be written.
        case full = "storage.full"
        /// The commits to append do not follow the newest indexed one.
        case notConsecutive = "history.not_consecutive"
        /// A query asks for more commits than one answer may hold.
        case limitExceeded = "history.limit_exceeded"
    }

    package let code: Code
    package let message: String
    /// The lower-level error, for the log only.
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

extension LocalStoreError {
    /// Says what an error of the database means for those who asked.
    init(translating error: any Error, while activity: String) {
        switch error {
        case let error as LocalStoreError:
            self = error
        case let error as DatabaseError:
            let code = Code(error.resultCode)
            self.init(
                code,
                "cannot \(activity): \(error.message ?? "result \(error.resultCode.rawValue)")",
                cause: error
            )
        case let error as RowDecodingError:
            self.init(.corrupt, "cannot \(activity): \(error)", cause: error)
        default:
            self.init(.unavailable, "cannot \(activity)", cause: error)
        }
    }
}

extension LocalStoreError.Code {
    fileprivate init(_ result: ResultCode) {
        switch result {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt
        case .SQLITE_FULL: self = .full
        default: self = .unavailable
        }
    }
}
