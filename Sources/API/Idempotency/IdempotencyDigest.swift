import Crypto
import Documents
import HTTPTypes
import StateRepo

/// Makes the marks of requests.
struct IdempotencyDigest: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: a secret of this server, so that nobody finds a key by trying digests from the history.
    init(_ key: SymmetricKey) {
        self.key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key,
            info: Array("gitplane idempotency".utf8),
            outputByteCount: 32
        )
    }

    /// The mark of a request: account and key, and beside them everything that decides what it does.
    ///
    /// - Parameter target: the path and query as they were sent.
    func mark(_ text: String, of request: OperationRequest, target: String) -> IdempotencyMark? {
        let account = request.principal?.account ?? ""
        let texts = [
            request.operation.method.rawValue, target, request.headers[.ifMatch] ?? "",
            request.mediaType?.rawValue ?? "",
        ]
        // Who has the database could try passwords by their digests, far faster than by their hashes.
        let body = request.operation.isBodySecret ? [] : request.document?.source ?? []
        let whole = texts.map { Array($0.utf8) } + [body]
        return IdempotencyMark(key: digest([Array(account.utf8), Array(text.utf8)]), request: digest(whole))
    }

    /// Everything that decides what a request does, what is secret in its body too.
    func whole(_ request: OperationRequest, _ mark: IdempotencyMark) -> [UInt8] {
        digest([mark.request, request.document?.source ?? []])
    }

    /// Each part with its length, so that no two lists look alike.
    private func digest(_ parts: [[UInt8]]) -> [UInt8] {
        var code = HMAC<SHA256>(key: key)
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { code.update(data: $0) }
            code.update(data: part)
        }
        return Array(code.finalize())
    }
}
