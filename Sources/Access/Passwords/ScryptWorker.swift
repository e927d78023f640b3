import CryptoExtras
import Foundation
import StateRepo

/// The one thread on which passwords are hashed, so that no request waits for an event loop that hashes.
actor ScryptWorker {
    private let executor = GitExecutor(label: "scrypt")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// HMAC fills a short key with zeros (RFC 2104, section 2), so that without it a password and the same with NULs
    /// behind it would be one.
    private static let end: UInt8 = 1

    /// 32 bytes; its caller has checked the cost.
    func derive(_ password: String, salt: [UInt8], cost: ScryptCost) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.utf8) + [Self.end],
            salt: salt,
            outputByteCount: PasswordHash.hashLength,
            rounds: 1 << cost.logN,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism
        )
        return key.withUnsafeBytes { Array($0) }
    }
}
