import Concurrency
import CryptoExtras
import Foundation
import StateRepo

/// The one thread on which passwords are hashed, so that no request waits for an event loop that hashes.
actor ScryptWorker {
    private let executor = QueueExecutor(label: "scrypt")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// 32 bytes; its caller has checked the cost.
    func derive(_ password: String, salt: [UInt8], cost: ScryptCost) throws -> [UInt8] {
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
