import Access
import StateRepo

/// What the credential of a request came to.
enum Caller: Sendable {
    /// There is none.
    case nobody
    /// There is one, and it stands for nobody; the error is the answer where one is needed.
    case stranger(ProblemError)
    case principal(Principal, BearerToken)
}
