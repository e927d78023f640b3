import Access
import Documents
import GitTransport
import HTTPTypes
import Logging
import Secrets
import StateRepo

/// What is known so far about one request, for its answer and the log.
struct Exchange {
    let id: String
    let method: HTTPRequest.Method
    private let headers: HTTPFields
    var operation: Operation?
    var principal: Principal?
    /// Where the client stands by the rates that it was counted by.
    var standings: [RateStanding] = []
    var isBodyRead = false
    /// A body of which no answer may repeat anything.
    private var secretBody: JSONValue?
    private(set) var code: String?

    init(id: String, _ request: HTTPRequest) {
        self.id = id
        self.method = request.method
        self.headers = request.headerFields
    }

    /// Takes note of a body that no answer may repeat.
    mutating func note(_ body: BodyReader.Result?) {
        if let body, body.isSecret { secretBody = body.document.value }
    }

    /// The answer for an error; one that is not meant for clients is logged here, and only here.
    mutating func refuse(_ error: any Error, _ logger: Logger) -> OperationResponse {
        let problem: ProblemError
        switch error {
        case _ where Task.isCancelled && !(error is StateError): problem = Self.cutOff
        case let error as ProblemError: problem = error
        case let error as AccessRefusal:
            problem = ProblemError(error)
            if let cause = error.cause { report(cause, "access failed", logger) }
        case let error as StateError:
            problem = ProblemError(error)
            if let cause = error.cause { report(cause, "state failed", logger) }
        case let error as SecretsError:
            problem = ProblemError(error)
            if problem.status != .unprocessableContent { report(error, "secrets failed", logger) }
        case let error as GitServiceError:
            problem = ProblemError(error) ?? internalError(error, logger)
        default: problem = internalError(error, logger)
        }
        code = problem.code
        let shown = secretBody.map { problem.withholding($0) } ?? problem
        return OperationResponse(shown.status, headers: shown.headers, .json(shown.body))
    }

    /// Writes one line per request, at `info` for a write and at `debug` for a read.
    ///
    /// It has neither path nor query nor credential.
    func log(_ answer: OperationResponse, _ logger: Logger) {
        let isRead = operation?.isRead ?? (method == .get || method == .head)
        let level: Logger.Level = isRead ? .debug : .info
        guard logger.logLevel <= level else { return }
        var metadata = names
        metadata["method"] = .string(method.rawValue)
        metadata["status"] = .stringConvertible(answer.status.code)
        if let operation { metadata["operation"] = .string(operation.id) }
        if let principal { metadata["principal"] = .stringConvertible(principal.identity) }
        if let code { metadata["error.code"] = .string(code) }
        logger.log(level: level, "request", metadata: metadata)
    }

    /// What every line of the log about this request has.
    var names: Logger.Metadata { TraceNames.metadata(ofRequest: id, headers) }

    /// The answer of a request that still went on when the server had to end, whatever that made of it.
    private static let cutOff = ProblemError(
        StateError(.unavailable, "the server had to stop before this was done: try again once it runs")
    )

    private func internalError(_ error: any Error, _ logger: Logger) -> ProblemError {
        report(error, "handler failed", logger)
        return ProblemError(.internalError, "The server failed; its log has the request id \(id).")
    }

    private func report(_ error: any Error, _ event: Logger.Message, _ logger: Logger) {
        var metadata = names
        metadata["operation"] = .string(operation?.id ?? "none")
        metadata["error"] = .string(String(describing: error))
        logger.error(event, metadata: metadata)
    }
}
