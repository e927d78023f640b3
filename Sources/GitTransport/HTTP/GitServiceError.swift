/// Why a request of git's smart HTTP protocol gets no answer of git's.
package struct GitServiceError: Error, Hashable, CustomStringConvertible {
    package enum Code: String, CaseIterable, Sendable {
        /// The body is not what this service takes.
        case malformed = "git.malformed"
        /// The body is larger than it may be.
        case tooLarge = "git.too_large"
        /// As many processes run, and as many requests wait, as may.
        case busy = "git.busy"
        /// The process was ended at its deadline, or because the server stops.
        case deadline = "git.deadline"
        /// The process failed.
        case failed = "git.failed"
    }

    package let code: Code
    /// For the client, except that of ``Code/failed``, which is for the log.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
