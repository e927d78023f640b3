import Crypto
import Foundation

/// Seals an answer that shows a secret once for the credential that asked.
///
/// The key is made of the credential, which the server does not keep: whoever has the database has no answer.
struct AnswerSeal {
    private let key: SymmetricKey

    /// - Parameters:
    ///   - secret: the credential, or what stands for it.
    ///   - salt: different for each request.
    init(secret: [UInt8], salt: [UInt8]) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            salt: salt,
            info: Array("gitplane idempotent answer".utf8),
            outputByteCount: 32
        )
    }

    func seal(_ bytes: [UInt8]) throws -> [UInt8] { try Array(ChaChaPoly.seal(bytes, using: key).combined) }

    /// `nil` for what was sealed with another key.
    func open(_ sealed: [UInt8]) -> [UInt8]? {
        do {
            return try Array(ChaChaPoly.open(ChaChaPoly.SealedBox(combined: sealed), using: key))
        } catch {
            return nil
        }
    }
}
