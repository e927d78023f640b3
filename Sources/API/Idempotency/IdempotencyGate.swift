package import Access
package import Crypto
import Documents
package import Foundation
import HTTPTypes
package import Logging
import NIOCore
package import StateRepo
import Synchronization

/// Lets a request with an `Idempotency-Key` happen once (contract, section 1).
///
/// Three places know of a key: the requests that run now, the records, and commits whose answer was lost.
package final class IdempotencyGate: Sendable {
    /// How long an answer is kept.
    package static let lifetime: TimeInterval = 24 * 60 * 60
    /// A longer body is not kept when a commit has what it is made of.
    package static let maximumBodyBytes = 64 << 10

    /// Where commits of the past are looked up.
    package typealias Lookup = @Sendable (CommitID) throws -> Bool

    private struct State {
        /// Digest of the request by digest of the key.
        var running: [[UInt8]: [UInt8]] = [:]
        /// Commits without a record.
        var commits: [[UInt8]: (request: [UInt8], commit: CommitID)] = [:]
    }

    private enum Finding {
        case nothing
        case record(IdempotencyRecord)
        case commit(CommitID)
    }

    private let digest: IdempotencyDigest
    private let store: any IdempotencyStoring
    private let isOnMain: Lookup
    private let now: @Sendable () -> Date
    private let logger: Logger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - key: the instance's secret.
    ///   - commits: those of the last 24 hours with a mark, newest first.
    ///   - isOnMain: whether a commit is in the history of `main`.
    package init(
        key: SymmetricKey,
        store: any IdempotencyStoring,
        commits: [MarkedCommit] = [],
        isOnMain: @escaping Lookup,
        now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger
    ) {
        self.digest = IdempotencyDigest(key)
        self.store = store
        self.isOnMain = isOnMain
        self.now = now
        self.logger = logger
        var state = State()
        for marked in commits where state.commits[marked.mark.key] == nil {
            state.commits[marked.mark.key] = (marked.mark.request, marked.commit)
        }
        self.state = Mutex(state)
    }

    /// Answers a request: from its first answer, or by its handler.
    ///
    /// - Parameters:
    ///   - target: path and query as they were sent.
    ///   - caller: for whose credential a sealed answer is sealed; without one it is sealed for what the body holds.
    /// - Throws: ``ProblemError`` 409 `idempotency.in_progress` or `idempotency.sealed`, 422 `idempotency.key_reused`, and
    ///   what the handler throws.
    func answer(
        _ request: OperationRequest,
        target: String,
        by caller: Caller,
        _ handler: OperationHandler
    ) async throws -> OperationResponse {
        guard let key = request.headers[.idempotencyKey], !request.query.flag("dry_run"),
            let mark = digest.mark(key, of: request, target: target)
        else { return try await handler(request) }
        try start(mark)
        defer { state.withLock { $0.running[mark.key] = nil } }
        // The mark does not tell secret bodies apart: the seal does.
        let isSealed = request.operation.isAnswerSealed || request.operation.isBodySecret
        let seal = isSealed ? Self.seal(mark, request, caller) : nil
        switch try find(mark) {
        case .record(let record):
            if case .inCommit(let commit) = record.body {
                return try await replayed(run(request, mark, recalling: commit, seal, handler))
            }
            return try replayed(Self.response(record, seal))
        case .commit(let commit): return try await replayed(run(request, mark, recalling: commit, seal, handler))
        case .nothing: return try await run(request, mark, recalling: nil, seal, handler)
        }
    }

    private func start(_ mark: IdempotencyMark) throws {
        let running = state.withLock { state in
            let running = state.running[mark.key]
            if running == nil { state.running[mark.key] = mark.request }
            return running
        }
        guard let running else { return }
        throw running == mark.request ? ProblemError.idempotencyInProgress : ProblemError.idempotencyKeyReused
    }

    private func find(_ mark: IdempotencyMark) throws -> Finding {
        let record: IdempotencyRecord?
        do {
            record = try store.record(key: mark.key, at: now())
        } catch {
            throw StateError(.unavailable, "the record of earlier requests cannot be read", cause: error)
        }
        if let record {
            guard record.mark.request == mark.request else { throw ProblemError.idempotencyKeyReused }
            return .record(record)
        }
        guard let (request, commit) = state.withLock({ $0.commits[mark.key] }) else { return .nothing }
        guard try isOnMain(commit) else { return .nothing }
        guard request == mark.request else { throw ProblemError.idempotencyKeyReused }
        return .commit(commit)
    }

    private func run(
        _ request: OperationRequest,
        _ mark: IdempotencyMark,
        recalling commit: CommitID?,
        _ seal: AnswerSeal?,
        _ handler: OperationHandler
    ) async throws -> OperationResponse {
        let expires = now() + Self.lifetime
        let once = IdempotentRequest(mark, whole: digest.whole(request, mark), recalling: commit) { answer, commit in
            try Self.record(of: answer, mark, commit, seal, expires)
        }
        var request = request
        request.idempotency = once
        do {
            let answer = try await handler(request)
            keep(answer, once)
            return answer
        } catch {
            // The commit may be there although the handler failed: a second try must not make another.
            if let commit = once.commit { remember(commit, mark) }
            throw error
        }
    }

    /// The write has happened whether its record can be kept or not.
    private func keep(_ answer: OperationResponse, _ once: IdempotentRequest) {
        do {
            guard let record = try once.record(of: answer) else { return }
            try store.keep(record, at: now())
            state.withLock { $0.commits[once.mark.key] = nil }
        } catch {
            logger.error("idempotency record lost", metadata: ["error": "\(error)"])
            if let commit = once.commit { remember(commit, once.mark) }
        }
    }

    private func remember(_ commit: CommitID, _ mark: IdempotencyMark) {
        state.withLock { $0.commits[mark.key] = (mark.request, commit) }
    }
}

extension IdempotencyGate {
    private static func seal(_ mark: IdempotencyMark, _ request: OperationRequest, _ caller: Caller) -> AnswerSeal {
        let body = request.document?.source ?? []
        var secret = body
        if case .principal(_, let token) = caller { secret = token.withExposedText { Array($0.utf8) } }
        return AnswerSeal(secret: secret, salt: mark.key, body: body)
    }

    private static func record(
        of answer: OperationResponse,
        _ mark: IdempotencyMark,
        _ commit: CommitID?,
        _ seal: AnswerSeal?,
        _ expires: Date
    ) throws -> IdempotencyRecord? {
        guard answer.status.kind == .successful else { return nil }
        var headers = answer.headers.map { IdempotencyRecord.Header(name: $0.name.rawName, value: $0.value) }
        var bytes: [UInt8]?
        switch answer.body {
        case .none: break
        case .json(let value):
            var text: [UInt8] = []
            value.write(into: &text)
            bytes = text
            headers.append(.init(name: HTTPField.Name.contentType.rawName, value: OperationResponse.json))
        case .bytes(let buffer, let contentType):
            bytes = Array(buffer.readableBytesView)
            headers.append(.init(name: HTTPField.Name.contentType.rawName, value: contentType))
        // What is made while it is sent cannot be sent again.
        case .stream: return nil
        }
        let body: IdempotencyRecord.Body
        if let seal {
            body = .sealed(try seal.seal(SealedAnswer(headers, bytes ?? []).bytes))
            // What was made may be told; whatever else there is may be the secret.
            headers.removeAll { !$0.isNamed(.location) }
        } else if let bytes {
            if bytes.count > maximumBodyBytes, let commit { body = .inCommit(commit) } else { body = .plain(bytes) }
        } else {
            body = .none
        }
        headers.removeAll { $0.isNamed(.setCookie) }
        return IdempotencyRecord(
            mark: mark,
            status: answer.status.code,
            headers: headers,
            body: body,
            expires: expires
        )
    }

    private static func response(_ record: IdempotencyRecord, _ seal: AnswerSeal?) throws -> OperationResponse {
        switch record.body {
        case .none, .inCommit: return response(record, record.headers, nil)
        case .plain(let bytes): return response(record, record.headers, bytes)
        case .sealed(let sealed):
            let opened = seal?.open(sealed)
            // The mark does not tell bodies apart that hold a password.
            if opened == .otherBody { throw ProblemError.idempotencyKeyReused }
            guard case .answer(let bytes)? = opened, let answer = SealedAnswer(bytes: bytes) else {
                throw ProblemError.idempotencySealed(record.headers.first { $0.isNamed(.location) }?.value)
            }
            return response(record, answer.headers, answer.body.isEmpty ? nil : answer.body)
        }
    }

    private static func response(
        _ record: IdempotencyRecord,
        _ kept: [IdempotencyRecord.Header],
        _ bytes: [UInt8]?
    ) -> OperationResponse {
        var headers = HTTPFields()
        var contentType = OperationResponse.json
        for header in kept {
            guard let name = HTTPField.Name(header.name) else { continue }
            if name == .contentType {
                contentType = header.value
            } else {
                headers.append(HTTPField(name: name, value: header.value))
            }
        }
        let body = bytes.map { OperationResponse.Body.bytes(ByteBuffer(bytes: $0), contentType: contentType) }
        return OperationResponse(status(record.status), headers: headers, body ?? .none)
    }

    /// With the reason phrase that the first answer had.
    private static func status(_ code: Int) -> HTTPResponse.Status {
        switch code {
        case 200: .ok
        case 201: .created
        case 202: .accepted
        case 204: .noContent
        default: HTTPResponse.Status(code: code)
        }
    }

    private func replayed(_ answer: OperationResponse) -> OperationResponse {
        var answer = answer
        answer.headers[.idempotencyReplayed] = "true"
        return answer
    }
}
