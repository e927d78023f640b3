/// Why a hook and a server could not come to an answer; every one of them refuses the push.
package struct GateError: Error, Hashable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// Nobody listens on the socket.
        case notRunning = "gate.not_running"
        /// No answer came in time.
        case timeout = "gate.timeout"
        /// The other side said something that is no message, or said it too long.
        case malformed = "gate.malformed"
        /// The other side runs as another user.
        case foreignUser = "gate.foreign_user"
        /// The hook was not started by git, or by a git that does not say what is needed.
        case environment = "gate.environment"
        /// The push says that it comes from a request which the server does not know.
        case ticket = "gate.ticket"
        /// The path of the socket cannot be used.
        case socketPath = "gate.socket_path"
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
