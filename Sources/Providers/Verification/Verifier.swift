import Catalogue
package import Foundation
package import Telemetry

/// Proves connections by one real request each.
package struct Verifier: Sendable {
    /// How long a verification takes at most, with waiting for its turn.
    package static let maximumDuration: Duration = .seconds(10)

    private let egress: Egress
    private let slots: VerificationSlots
    private let clock: any Clock<Duration>
    private let spans: Spans
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - clock: by which the deadline passes.
    ///   - spans: where verifications are recorded, by the vendor's host and what came of them.
    package init(
        egress: Egress,
        slots: VerificationSlots = VerificationSlots(),
        clock: any Clock<Duration> = ContinuousClock(),
        spans: Spans = .none,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.egress = egress
        self.slots = slots
        self.clock = clock
        self.spans = spans
        self.now = now
    }

    /// The time of verifications.
    package var time: Date { now() }

    /// Sends the request of the connection's mode.
    ///
    /// - Throws: ``VerificationError``; `originChanged` before anything is sent when the credential was entered for another
    ///   place than the one the connection names now. `CancellationError` when nobody waits any more.
    package func verify(_ values: ConnectionValues) async throws -> Verification {
        try await spans.withSpan("verify connection", .client) { notes in
            do {
                return try await verify(values, notes)
            } catch let error as VerificationError {
                if let status = error.httpStatus { notes.note("http.response.status_code", status) }
                notes.fail(error.reason.rawValue)
                throw error
            }
        }
    }

    private func verify(_ values: ConnectionValues, _ notes: SpanNotes) async throws -> Verification {
        guard let recipe = values.connection.recipe(for: values.authMode) else {
            throw VerificationError(.notVerifiable)
        }
        let time = now()
        let request = try RequestWriter(now: time).request(recipe, values)
        notes.note("http.request.method", request.method)
        notes.note("server.address", request.endpoint.origin.host)
        try checkOrigin(of: request, recipe, values)
        let start = ContinuousClock.now
        let answer = try await withDeadline {
            try await slots.withSlot { try await egress.send(request, for: Self.reach(values)) }
        }
        notes.note("http.response.status_code", answer.status)
        let (models, account) = try AnswerReader(recipe: recipe).read(answer)
        let echo = SecretEcho(values.secrets, in: request)
        return Verification(
            checkedAt: time,
            latency: ContinuousClock.now - start,
            httpStatus: answer.status,
            models: models.filter { !echo.isHeard(in: $0) },
            account: account.flatMap { echo.isHeard(in: $0) ? nil : $0 }
        )
    }

    /// A credential goes where it was entered for and nowhere else, whatever the state says by now.
    private func checkOrigin(
        of request: OutgoingRequest,
        _ recipe: VerificationRecipe,
        _ values: ConnectionValues
    ) throws(VerificationError) {
        let isSecret = recipe.neededFields.contains { values.connection.field($0)?.isSecret ?? true }
        guard isSecret || !values.secrets.values.isEmpty else { return }
        guard let origin = values.secrets.origin, origin.utf8.elementsEqual(request.endpoint.origin.text.utf8) else {
            throw VerificationError(.originChanged)
        }
    }

    private static func reach(_ values: ConnectionValues) -> AddressPolicy.Reach {
        values.authMode == "local" ? .local : .vendor
    }

    private func withDeadline<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await clock.sleep(for: Self.maximumDuration)
                throw VerificationError(.timeout)
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
