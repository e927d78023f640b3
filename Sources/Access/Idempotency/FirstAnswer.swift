import Foundation

/// What is kept of the first answer to a request with an `Idempotency-Key`, in the transaction of what the request does.
///
/// So a crash leaves both or neither, and a repetition finds the answer or does the thing for the first time.
package struct FirstAnswer<Effect>: Sendable {
    private let record: @Sendable (Effect) throws -> IdempotencyRecord?

    /// - Parameter record: made of the effect while its transaction is open; `nil` when nothing is kept.
    package init(_ record: @escaping @Sendable (Effect) throws -> IdempotencyRecord?) { self.record = record }

    /// Of a request without a key.
    package static var notKept: FirstAnswer { FirstAnswer { _ in nil } }

    func keep(_ effect: Effect, _ rows: any AccessRows, at time: Date) throws {
        if let record = try record(effect) { try rows.keep(record, at: time) }
    }
}
