import CryptoExtras
import Documents
package import Foundation

/// The key file of a Google service account, as far as signing needs it.
package struct ServiceAccountKey: Sendable {
    /// The longest accepted key file, in bytes.
    package static let maximumLength = 16_384

    package let clientEmail: String
    private let keyID: String?
    private let key: _RSA.Signing.PrivateKey

    /// - Throws: ``VerificationError`` `malformed` for what is no key file with an RSA key of at least 2,048 bits.
    package init(parsing text: String) throws(VerificationError) {
        guard text.utf8.count <= Self.maximumLength else { throw VerificationError(.malformed) }
        do {
            let file = try JSONValue(parsing: Array(text.utf8))
            guard file["type"]?.stringValue == "service_account", let email = file["client_email"]?.stringValue,
                let pem = file["private_key"]?.stringValue
            else { throw VerificationError(.malformed) }
            self.clientEmail = email
            self.keyID = file["private_key_id"]?.stringValue
            self.key = try _RSA.Signing.PrivateKey(pemRepresentation: pem)
        } catch {
            throw VerificationError(.malformed)
        }
    }

    /// The body that asks for an access token (RFC 7523; Google, "Using OAuth 2.0 for Server to Server Applications").
    package func form(audience: String, scope: String, now: Date) throws(VerificationError) -> [UInt8] {
        let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        let assertion = try assertion(audience: audience, scope: scope, now: now)
        return Array(FormText.encode([("grant_type", grant), ("assertion", assertion)]).utf8)
    }

    /// A JSON Web Token (RFC 7519) of RS256 that is valid for five minutes.
    package func assertion(audience: String, scope: String, now: Date) throws(VerificationError) -> String {
        let time = Int(now.timeIntervalSince1970)
        var header: JSONObject = ["alg": "RS256", "typ": "JWT"]
        header["kid"] = keyID.map(JSONValue.string)
        let claims: JSONValue = [
            "iss": .string(clientEmail), "scope": .string(scope), "aud": .string(audience), "iat": JSONValue(time),
            "exp": JSONValue(time + 300),
        ]
        let content = "\(Self.part(.object(header))).\(Self.part(claims))"
        do {
            let signature = try key.signature(for: Data(content.utf8), padding: .insecurePKCS1v1_5)
            return "\(content).\(Base64URL.encode(Array(signature.rawRepresentation)))"
        } catch {
            throw VerificationError(.malformed, cause: error)
        }
    }

    private static func part(_ value: JSONValue) -> String {
        var bytes: [UInt8] = []
        value.write(into: &bytes)
        return Base64URL.encode(bytes)
    }
}
