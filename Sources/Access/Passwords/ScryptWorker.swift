import Concurrency
import CryptoExtras
import Dispatch
import Foundation
import StateRepo
import Synchronization

/// Hashes passwords on threads of its own, so that no request waits for an event loop that hashes, nor for a processor.
///
/// A hash is begun on a thread that stands behind others. When it is not done after a while, because others take all that the
/// processors have, it is begun again on one that does not: whoever logs in waits for seconds at most.
final class ScryptWorker: Sendable {
    /// How long the first thread has; a hash takes a quarter of a second of a processor.
    static let patience = Duration.seconds(2)

    private let first: WorkThread
    private let second = WorkThread(label: "scrypt-again", standing: .asOthers)
    private let patience: Duration

    init(
        first: WorkThread = WorkThread(label: "scrypt", standing: .behindOthers),
        patience: Duration = ScryptWorker.patience
    ) {
        self.first = first
        self.patience = patience
    }

    /// 32 bytes; its caller has checked the cost, and lets one hash end before it asks for the next.
    func derive(_ password: String, salt: [UInt8], cost: ScryptCost) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            let attempt = Attempt()
            first.run { attempt.make { try Self.hash(password, salt: salt, cost: cost) } }
            // Nothing is resumed on the first thread: a thread that the runtime then starts would be as nice as that one.
            second.run { [patience] in
                let result = attempt.end(within: patience)
                continuation.resume(with: result ?? Result { try Self.hash(password, salt: salt, cost: cost) })
            }
        }
    }

    private static func hash(_ password: String, salt: [UInt8], cost: ScryptCost) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(Self.key(password)),
            salt: salt,
            outputByteCount: PasswordHash.hashLength,
            rounds: 1 << cost.logN,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism
        )
        return key.withUnsafeBytes { Array($0) }
    }

    /// The bytes of a password, so that no two are one key: HMAC fills a short key with zeros (RFC 2104, section 2), to which
    /// NULs at the end of a password would be lost.
    private static func key(_ password: String) -> [UInt8] {
        let bytes = Array(password.utf8)
        guard let last = bytes.last, last <= 1 else { return bytes }
        return bytes + [1]
    }
}

/// One hash on the first thread.
private final class Attempt: Sendable {
    private enum State {
        case wanted
        case done(Result<[UInt8], any Error>)
        case ended
    }

    private let state = Mutex(State.wanted)
    private let isDone = DispatchSemaphore(value: 0)

    /// Hashes, unless nobody waits any more.
    func make(_ body: () throws -> [UInt8]) {
        let isWanted = state.withLock { if case .wanted = $0 { true } else { false } }
        guard isWanted else { return }
        let result = Result { try body() }
        state.withLock { if case .wanted = $0 { $0 = .done(result) } }
        isDone.signal()
    }

    /// Waits for the result, holding up the thread; `nil` when there is none in time, and then there will be none.
    func end(within patience: Duration) -> Result<[UInt8], any Error>? {
        _ = isDone.wait(timeout: .now(after: patience))
        return state.withLock { state in
            defer { state = .ended }
            return if case .done(let result) = state { result } else { nil }
        }
    }
}
