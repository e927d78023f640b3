package import Catalogue
import Documents
package import Foundation

/// Makes the request of a recipe with the values of a connection.
package struct RequestWriter: Sendable {
    /// Who says it asks; some vendors refuse requests without.
    private static let userAgent = "gitplane"

    private let now: Date

    package init(now: Date) { self.now = now }

    /// - Throws: ``VerificationError``: `incomplete` with the missing fields, `addressInvalid`, and `malformed` for a value
    ///   that no header can carry, so that nothing in a key can become a header of its own.
    package func request(_ recipe: VerificationRecipe, _ values: ConnectionValues) throws -> OutgoingRequest {
        let missing = recipe.neededFields.filter { values.value($0)?.isEmpty ?? true }
        guard missing.isEmpty else { throw VerificationError(.incomplete, fields: missing) }
        let endpoint = try endpoint(recipe, values)
        var headers = [(name: "user-agent", value: Self.userAgent), (name: "accept-encoding", value: "identity")]
        if !recipe.headers.contains(where: { $0.name == "accept" }) { headers.append(("accept", "application/json")) }
        for header in recipe.headers {
            if let value = header.value.text(values.value) { headers.append((header.name, value)) }
        }
        var body = body(recipe.body, values, &headers)
        switch recipe.credential {
        case .none: break
        case .header(let name, let value): headers.append((name, try text(value, values)))
        case .bearer(let token): headers.append(("authorization", "Bearer " + (try text(token, values))))
        case .basic(let user, let password):
            let pair = try text(user, values) + ":" + (try text(password, values))
            headers.append(("authorization", "Basic " + Data(pair.utf8).base64EncodedString()))
        case .awsSignature(let credential):
            let keys = try awsKeys(credential, values)
            headers += try signed(recipe, endpoint, headers, body, keys)
        case .googleServiceAccount(let key, let audience, let scope):
            let account = try ServiceAccountKey(parsing: try text(key, values))
            body = try account.form(audience: audience, scope: scope, now: now)
            headers.append(("content-type", Self.formType))
        }
        try check(headers, recipe)
        return OutgoingRequest(method: recipe.method.rawValue, endpoint: endpoint, headers: headers, body: body)
    }

    private static let formType = "application/x-www-form-urlencoded"

    private func endpoint(_ recipe: VerificationRecipe, _ values: ConnectionValues) throws -> Endpoint {
        guard var base = recipe.bases.lazy.compactMap({ $0.text(values.value) }).first else {
            let fields = recipe.bases.flatMap(\.fields)
            throw VerificationError(.incomplete, fields: fields)
        }
        while base.utf8.last == UInt8(ascii: "/") { base.removeLast() }
        // A base with a query would swallow the path.
        guard !base.contains("?"), let endpoint = Endpoint(base + recipe.path), Endpoint(base) != nil else {
            throw VerificationError(.addressInvalid)
        }
        return endpoint
    }

    private func text(_ template: FieldTemplate, _ values: ConnectionValues) throws -> String {
        guard let text = template.text(values.value) else {
            throw VerificationError(.incomplete, fields: template.fields)
        }
        return text
    }

    private func body(
        _ body: VerificationRecipe.Body,
        _ values: ConnectionValues,
        _ headers: inout [(name: String, value: String)]
    ) -> [UInt8] {
        switch body {
        case .none: return []
        case .json(let value):
            headers.append(("content-type", "application/json"))
            var bytes: [UInt8] = []
            value.write(into: &bytes)
            return bytes
        case .form(let members):
            headers.append(("content-type", Self.formType))
            return Array(
                FormText.encode(
                    members.compactMap { member in member.value.text(values.value).map { (member.name, $0) } }
                )
                .utf8
            )
        }
    }

    private func awsKeys(_ credential: VerificationRecipe.AWSCredential, _ values: ConnectionValues) throws -> AWSKeys {
        AWSKeys(
            accessKeyID: try text(credential.accessKeyID, values),
            secretAccessKey: try text(credential.secretAccessKey, values),
            sessionToken: credential.sessionToken?.text(values.value),
            region: try text(credential.region, values),
            service: credential.service
        )
    }

    private func signed(
        _ recipe: VerificationRecipe,
        _ endpoint: Endpoint,
        _ headers: [(name: String, value: String)],
        _ body: [UInt8],
        _ keys: AWSKeys
    ) throws -> [(name: String, value: String)] {
        var host = [("host", String(endpoint.origin.text.dropFirst(endpoint.origin.scheme.rawValue.count + 3)))]
        host += headers.filter { $0.name == "content-type" }.map { ($0.name, $0.value) }
        let signer = AWSSigner(keys: keys, now: now)
        return signer.headers(method: recipe.method.rawValue, target: endpoint.target, headers: host, body: body)
    }

    /// Visible ASCII and inner spaces, which is all of a field value that every server reads alike (RFC 9110, 5.5).
    private func check(_ headers: [(name: String, value: String)], _ recipe: VerificationRecipe) throws {
        for header in headers {
            let bytes = header.value.utf8
            guard bytes.allSatisfy({ (0x20...0x7e).contains($0) }), bytes.first != 0x20, bytes.last != 0x20 else {
                throw VerificationError(.malformed, fields: recipe.neededFields)
            }
        }
    }
}

/// Forms as they go over the wire (WHATWG URL, section 5.2), with every byte but RFC 3986's unreserved ones escaped.
enum FormText {
    static func encode(_ members: [(String, String)]) -> String {
        members.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
    }

    static func escape(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 45, 46, 95, 126, 48...57, 65...90, 97...122: bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? digit + 48 : digit + 55) }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
