import Foundation

/// Finds in what a vendor says what was sent to it in confidence: an answer is shown to people who may not see secrets.
struct SecretEcho {
    /// A shorter secret, which no vendor issues, is a part of many words: 6 characters.
    private static let shortest = 6

    /// In lower case: an encoding in another case says the same.
    private let forms: Set<String>

    /// - Parameter request: its headers may have a secret in a coding of their own, as those of RFC 7617 do.
    init(_ secrets: ConnectionSecrets, in request: OutgoingRequest) {
        let secrets = secrets.values.values.filter { $0.count >= Self.shortest }
        let coded = request.headers.flatMap { $0.value.split(separator: " ") }.filter { word in
            guard let bytes = Data(base64Encoded: String(word)) else { return false }
            let text = String(decoding: bytes, as: UTF8.self)
            return secrets.contains { text.contains($0) }
        }
        let own = secrets.flatMap { secret in
            let base64 = Data(secret.utf8).base64EncodedString().trimmingCharacters(in: ["="])
            return [secret, base64, secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret]
        }
        forms = Set((coded.map(String.init) + own).map { $0.lowercased() })
    }

    /// Whether the text has one of the secrets in it, as it is or in a usual coding.
    func isHeard(in text: String) -> Bool {
        let text = text.lowercased()
        return forms.contains { text.contains($0) }
    }
}
