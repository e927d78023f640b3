package import Documents

/// One request that proves a connection, as a catalogue entry describes it.
package struct VerificationRecipe: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    /// How the request proves who sends it.
    package enum Credential: Sendable {
        case none
        /// A header that holds the secret.
        case header(name: String, value: FieldTemplate)
        /// RFC 6750
        case bearer(token: FieldTemplate)
        /// RFC 7617
        case basic(user: FieldTemplate, password: FieldTemplate)
        /// AWS Signature Version 4
        case awsSignature(AWSCredential)
        /// A signed assertion (RFC 7523) that becomes the form.
        case googleServiceAccount(key: FieldTemplate, audience: String, scope: String)
    }

    package struct AWSCredential: Sendable {
        package let service: String
        package let region: FieldTemplate
        package let accessKeyID: FieldTemplate
        package let secretAccessKey: FieldTemplate
        package let sessionToken: FieldTemplate?
    }

    package enum Body: Sendable {
        case none
        case json(JSONValue)
        /// Members in their order; one whose field has no value is left out.
        case form([(name: String, value: FieldTemplate)])
    }

    /// When an answer proves the connection.
    package struct Success: Sendable {
        package let statuses: Set<Int>
        /// What must stand in the answer; without it the credential counts as rejected.
        package let pointer: JSONPointer?
        package let expected: JSONValue?
    }

    /// Where the answer lists models.
    package struct Models: Sendable {
        package let items: JSONPointer
        package let id: JSONPointer
        /// Taken off the ids.
        package let prefix: String?
    }

    package let authModes: [String]
    /// Where the request may go: the first whose fields all have a value.
    package let bases: [FieldTemplate]
    /// What follows the address, with the query.
    package let path: String
    package let method: Method
    package let headers: [(name: String, value: FieldTemplate)]
    package let credential: Credential
    package let body: Body
    package let success: Success
    /// Statuses that say the credential is wrong.
    package let rejected: Set<Int>
    package let models: Models?
    /// Where the answer says whose credential it is; the first text that is found.
    package let account: [JSONPointer]
}

extension VerificationRecipe {
    /// The fields whose value the request cannot do without.
    package var neededFields: [String] {
        switch credential {
        case .none: []
        case .header(_, let value): value.fields
        case .bearer(let token): token.fields
        case .basic(let user, let password): user.fields + password.fields
        case .awsSignature(let keys): (keys.region.fields + keys.accessKeyID.fields + keys.secretAccessKey.fields)
        case .googleServiceAccount(let key, _, _): key.fields
        }
    }

    /// Every field that it names.
    var fields: [String] {
        var fields = bases.flatMap(\.fields) + headers.flatMap(\.value.fields) + neededFields
        if case .awsSignature(let keys) = credential, let token = keys.sessionToken { fields += token.fields }
        if case .form(let members) = body { fields += members.flatMap(\.value.fields) }
        return fields
    }
}
