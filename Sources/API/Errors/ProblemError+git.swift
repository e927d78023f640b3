import GitTransport
import HTTPTypes
import StateRepo

extension ProblemError {
    /// The answer for a request that git itself does not answer; `nil` when the server is to blame.
    init?(_ error: GitServiceError) {
        switch error.code {
        case .malformed: self.init(.malformedGit, error.message)
        case .tooLarge: self.init(.tooLarge, error.message)
        case .busy, .deadline: self.init(StateError(.unavailable, error.message))
        case .failed: return nil
        }
    }
}
