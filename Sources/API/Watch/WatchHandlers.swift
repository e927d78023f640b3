import Documents
import HTTPTypes
import Hummingbird
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/watch`.
    package mutating func registerWatch(_ services: StateServices) {
        let watches = WatchHandlers(services: services)
        register("watchState") { try await watches.watch($0) }
    }
}

/// `/watch`.
struct WatchHandlers: Sendable {
    private static let eventStream = "text/event-stream"

    let services: StateServices
    private let texts = ChangeTexts()

    init(services: StateServices) { self.services = services }

    fileprivate func watch(_ request: OperationRequest) async throws -> OperationResponse {
        let seat = try services.publisher.watch.takeSeat(.watcher)
        let subscription = try seat.subscribe()
        let start = try await start(request, at: subscription.head)
        request.presence.whenGone { [weak seat] in seat?.leave() }
        let session = WatchSession(
            seat: seat,
            subscription: subscription,
            start: start,
            filter: WatchFilter(request.query.texts("resource")),
            services: services,
            texts: texts,
            isAllowed: request.isCredentialValid
        )
        let stream = ResponseBody { writer in
            var session = session
            try await session.run(&writer)
            try await writer.finish(nil)
        }
        let head = StateHeaders(revision: subscription.head.revision, sequence: subscription.head.sequence)
        var response = OperationResponse(state: head, .stream(stream, contentType: Self.eventStream))
        response.headers[.cacheControl] = "no-store"
        response.headers[.accelBuffering] = "no"
        return response
    }

    /// Where a client stands: `Last-Event-ID` counts more than `since`, because a browser connects again with both.
    ///
    /// - Throws: 400 for what names no point in history, `revision.not_found` for one that never was.
    private func start(_ request: OperationRequest, at head: WatchPlace) async throws -> WatchSession.Start {
        let resumed = request.headers[.lastEventID]
        guard let text = resumed ?? request.query.text("since") else { return .after(head) }
        guard let selector = RevisionSelector(parsing: text) else {
            let message = "It is neither a commit id, a sequence number nor an RFC 3339 time."
            let (name, location): (String, Parameter.Location) =
                resumed == nil ? ("since", .query) : (HTTPField.Name.lastEventID.rawName, .header)
            throw ProblemError.parameter(name, in: location, code: .stringFormat, message)
        }
        do {
            return .after(try services.archive.resolve(selector).place)
        } catch {
            guard error.code == .revisionNotFound, case .commit(let name) = selector, let lost = CommitID(name),
                try await services.archive.isLost(lost)
            else { throw error }
            return .lost(lost)
        }
    }
}
