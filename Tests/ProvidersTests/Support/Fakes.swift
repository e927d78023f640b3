import Catalogue
import Foundation
import Providers
import StateRepo
import Synchronization
import TestSupport
import Testing

/// A resolver that knows what a test says, and counts.
final class FakeResolver: HostResolver {
    private let answers: Mutex<[String: [[String]]]>
    private let questions = Mutex<[String]>([])

    /// - Parameter answers: by host; each question takes the next one, the last one stays.
    init(_ answers: [String: [[String]]]) { self.answers = Mutex(answers) }

    var asked: [String] { questions.withLock { $0 } }

    func addresses(of host: String) async throws -> [EndpointAddress] {
        questions.withLock { $0.append(host) }
        let texts = answers.withLock { answers -> [String] in
            guard var list = answers[host], let first = list.first else { return [] }
            if list.count > 1 { list.removeFirst() }
            answers[host] = list
            return first
        }
        return texts.compactMap { EndpointAddress($0) }
    }
}

/// Connects to nobody: remembers what would have been sent, and where.
final class RecordingConnector: Connector {
    private let log = Mutex<[(request: OutgoingRequest, route: Route)]>([])
    private let answer: @Sendable (OutgoingRequest, Route) throws -> OutgoingAnswer

    init(_ answer: @escaping @Sendable (OutgoingRequest, Route) throws -> OutgoingAnswer) { self.answer = answer }

    convenience init(_ status: Int = 200, _ body: String = "{}") {
        self.init { _, _ in OutgoingAnswer(status: status, body: Array(body.utf8)) }
    }

    var sent: [(request: OutgoingRequest, route: Route)] { log.withLock { $0 } }

    func send(_ request: OutgoingRequest, over route: Route) async throws -> OutgoingAnswer {
        log.withLock { $0.append((request, route)) }
        return try answer(request, route)
    }
}

enum Entry {
    static func connection(_ id: String) throws -> CatalogueConnection {
        let catalogue = try StateFixture.rules().catalogue
        return try #require(catalogue.provider(id)?.connection ?? catalogue.integration(id)?.connection)
    }

    /// The values of a connection whose secrets were entered for where it points now.
    static func values(
        _ id: String,
        _ authMode: String,
        plain: [String: String] = [:],
        secrets: [String: String] = [:]
    ) throws -> ConnectionValues {
        let connection = try connection(id)
        return ConnectionValues(
            connection,
            authMode: authMode,
            plain: plain,
            secrets: ConnectionSecrets(
                values: secrets,
                origin: connection.origin(authMode: authMode, plain: plain)
            )
        )
    }
}

/// The reason why `body` failed; `nil` when it did not.
func reason(_ body: () async throws -> Void) async throws -> VerificationError.Reason? {
    do {
        try await body()
        return nil
    } catch let error as VerificationError {
        return error.reason
    }
}

/// 2015-08-30 12:36 UTC, the time of AWS's test suite.
let vectorTime = Date(timeIntervalSince1970: 1_440_938_160)
