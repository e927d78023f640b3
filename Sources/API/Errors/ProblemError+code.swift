import Access
import Secrets
import StateRepo

extension ProblemError {
    /// The code that the audit log has for an error; `server.internal` for what is not meant for clients.
    static func code(of error: any Error) -> String {
        switch error {
        case let error as ProblemError: error.code
        case let error as StateError: error.code.rawValue
        case let error as AccessRefusal: error.code.rawValue
        case let error as SecretsError: error.code.rawValue
        default: RequestErrorCode.internalError.rawValue
        }
    }
}
