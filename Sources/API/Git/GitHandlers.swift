import Access
package import GitTransport
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
import StateRepo
import Telemetry

/// The repository over git's smart HTTP protocol (gitprotocol-http(5)).
package struct GitHandlers: Sendable {
    private let git: GitServer
    private let logger: Logger

    package init(_ git: GitServer, logger: Logger) {
        self.git = git
        self.logger = logger
    }

    package func register(in handlers: inout Handlers) {
        handlers.register("getGitRefs") { try await refs($0) }
        handlers.register("fetchGit") { try await fetch($0) }
        handlers.register("pushGit") { try await push($0) }
    }

    /// What a repository has, for the service that the client is about to use; the dumb protocol names none.
    private func refs(_ request: OperationRequest) async throws -> OperationResponse {
        guard let service = request.query.text("service").flatMap(GitService.init) else {
            throw ProblemError.routeNotFound
        }
        try Self.demand(service == .receivePack ? .stateWrite : .stateRead, of: request.requirePrincipal())
        let version = GitProtocolVersion(header: request.headers[.gitProtocol])
        return try await stream(service.advertisementType, of: service, request) { [git] write in
            try await git.advertise(service, version, to: write)
        }
    }

    private func fetch(_ request: OperationRequest) async throws -> OperationResponse {
        var body = try GitRequestBody(request, maximumSize: GitServer.maximumFetchRequest)
        let wants = try await body.collect()
        try GitServer.check(fetch: wants)
        let version = GitProtocolVersion(header: request.headers[.gitProtocol])
        return try await stream(GitService.uploadPack.resultType, of: .uploadPack, request) { [git] write in
            try await git.fetch(wants, version, to: write)
        }
    }

    private func push(_ request: OperationRequest) async throws -> OperationResponse {
        var body = try GitRequestBody(request, maximumSize: GitServer.maximumPush)
        let holder = PushTickets.Holder(
            principal: try request.requirePrincipal(),
            requestID: request.id,
            address: request.address.description,
            span: .current
        )
        let report = try await git.push(
            &body,
            GitProtocolVersion(header: request.headers[.gitProtocol]),
            by: holder,
            while: request.isCredentialValid
        )
        return OperationResponse(
            headers: Self.headers,
            .bytes(report, contentType: GitService.receivePack.resultType)
        )
    }

    private static let headers: HTTPFields = [.cacheControl: "no-cache"]

    private static func demand(_ scope: Scope, of principal: Principal) throws {
        guard principal.may(scope) else { throw ProblemError.insufficientScope(scope, of: principal) }
    }

    /// An answer that git writes; it has its process from when it is certain that it may run until all is written.
    private func stream(
        _ contentType: String,
        of service: GitService,
        _ request: OperationRequest,
        _ body: @escaping @Sendable (GitServer.Output) async throws -> Void
    ) async throws -> OperationResponse {
        let slot = try await git.slot(for: service)
        let logger = logger
        let names = TraceNames.metadata(ofRequest: request.id, request.headers)
        let stream = ResponseBody { writer in
            defer { withExtendedLifetime(slot) {} }
            do {
                try await body { try await writer.write($0) }
            } catch let error as GitServiceError {
                logger.warning("git failed", metadata: names.merging(["error": "\(error)"]) { $1 })
                throw error
            }
            try await writer.finish(nil)
        }
        return OperationResponse(headers: Self.headers, .stream(stream, contentType: contentType))
    }
}
