import Crypto
import Foundation

/// Seals an answer that shows a secret once for the credential that asked.
///
/// The key is made of the credential, which the server does not keep: whoever has the database has no answer, and learns nothing of the
/// body that was sent, of which a fingerprint is sealed with the answer.
struct AnswerSeal {
    /// What a sealed answer is to a request.
    enum Opened: Equatable {
        case answer([UInt8])
        /// The credential is the one that asked, the body is not what it sent.
        case otherBody
    }

    private let key: SymmetricKey
    private let fingerprint: [UInt8]

    /// - Parameters:
    ///   - secret: the credential, or what stands for it.
    ///   - salt: different for each request.
    ///   - body: of the request, as it was sent.
    init(secret: [UInt8], salt: [UInt8], body: [UInt8]) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            salt: salt,
            info: Array("gitplane idempotent answer".utf8),
            outputByteCount: 32
        )
        fingerprint = Array(HMAC<SHA256>.authenticationCode(for: body, using: key))
    }

    func seal(_ bytes: [UInt8]) throws -> [UInt8] {
        try Array(ChaChaPoly.seal(fingerprint + bytes, using: key).combined)
    }

    /// `nil` for what was sealed with another key.
    func open(_ sealed: [UInt8]) -> Opened? {
        let bytes: Data
        do {
            bytes = try ChaChaPoly.open(ChaChaPoly.SealedBox(combined: sealed), using: key)
        } catch {
            return nil
        }
        guard bytes.starts(with: fingerprint) else { return .otherBody }
        return .answer(Array(bytes.dropFirst(fingerprint.count)))
    }
}
