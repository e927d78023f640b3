package import Documents
import HTTPTypes
import StateRepo

extension ProblemError {
    /// 401 for a request without a credential.
    static var authenticationRequired: ProblemError {
        ProblemError(
            .authenticationRequired,
            "This operation needs a credential; send it as “Authorization: Bearer …”.",
            headers: [.wwwAuthenticate: "Bearer realm=\"gitplane\""]
        )
    }

    /// The same with the challenge that the operation's clients understand: git asks its user only for `Basic`.
    static func authenticationRequired(for operation: Operation) -> ProblemError {
        guard operation.takesBasic else { return authenticationRequired }
        return ProblemError(
            .authenticationRequired,
            "This needs a credential; give any user name, and a token as the password.",
            headers: [.wwwAuthenticate: basicChallenge]
        )
    }

    /// For a body that ends before it should.
    ///
    /// - Parameter bytes: what came of it.
    static func bodyCutShort(_ bytes: [UInt8]) -> ProblemError {
        let place = SourcePosition(ofOffset: bytes.count, in: bytes)
        return ProblemError(JSONSyntaxError(.malformed, "the body ends too early", at: place))
    }

    /// 401 for a credential that stands for nobody (RFC 6750, section 3.1).
    static func tokenInvalid(for operation: Operation?) -> ProblemError {
        guard let operation, operation.takesBasic else { return tokenInvalid }
        return ProblemError(
            .tokenInvalid,
            "The password is no valid token here.",
            headers: [.wwwAuthenticate: basicChallenge]
        )
    }

    static var tokenInvalid: ProblemError {
        ProblemError(
            .tokenInvalid,
            "The bearer token is not valid here.",
            headers: [.wwwAuthenticate: "Bearer realm=\"gitplane\", error=\"invalid_token\""]
        )
    }

    /// RFC 7617, section 2.
    static var basicChallenge: String { "Basic realm=\"Gitplane\"" }

    /// 413 for a body of more than `maximum` bytes.
    static func tooLarge(_ maximum: Int) -> ProblemError {
        ProblemError(
            .tooLarge,
            "The body has more than \(maximum) bytes.",
            details: ["maximum_bytes": JSONValue(maximum)]
        )
    }

    /// 415 for a body of another type than one of `supported`.
    static func unsupportedMediaType(_ supported: [String]) -> ProblemError {
        ProblemError(
            .unsupportedMediaType,
            "Send the body with “Content-Type: \(supported.joined(separator: "” or “"))”.",
            details: ["supported": .array(supported.map(JSONValue.string))],
            headers: [.accept: supported.joined(separator: ", ")]
        )
    }

    /// 415 for a body in another coding than as it is or one of `supported` (RFC 9110, section 12.5.3).
    static func unsupportedCoding(_ supported: [String]) -> ProblemError {
        let alternative = supported.map { " or with “Content-Encoding: \($0)”" }.joined()
        return ProblemError(
            .unsupportedMediaType,
            "Send the body as it is\(alternative).",
            headers: [.acceptEncoding: supported.isEmpty ? "identity" : supported.joined(separator: ", ")]
        )
    }

    /// 403 for a change that another site asked a browser for.
    static var crossSiteBlocked: ProblemError {
        ProblemError(
            .crossSiteBlocked,
            "The change did not come from a page of this server; programs send the credential as “Authorization: Bearer …”."
        )
    }

    /// 403 that names the scope an operation needs.
    static func insufficientScope(_ scope: Scope, of principal: Principal) -> ProblemError {
        let granted = principal.scopes.sorted().map { JSONValue.string($0.rawValue) }
        let code = StateError.Code.insufficientScope
        return ProblemError(
            status: code.status,
            code: code.rawValue,
            "The credential lacks the scope \(scope.rawValue).",
            details: ["required_scopes": [.string(scope.rawValue)], "granted_scopes": .array(granted)]
        )
    }

    static var routeNotFound: ProblemError {
        ProblemError(.routeNotFound, "No operation has this path; /openapi/control-plane.json lists those there are.")
    }

    /// 405 with `Allow` (RFC 9110, section 15.5.6).
    static func methodNotAllowed(_ allowed: [String]) -> ProblemError {
        ProblemError(
            .methodNotAllowed,
            "This path takes \(allowed.joined(separator: ", ")).",
            details: ["allowed": .array(allowed.map(JSONValue.string))],
            headers: [.allow: allowed.joined(separator: ", ")]
        )
    }

    /// 400 about one parameter.
    package static func parameter(
        _ name: String,
        in location: Parameter.Location,
        code: SchemaViolation.Code,
        _ message: String
    ) -> ProblemError {
        let fault = Parameter.Fault(code: code.rawValue, message: message)
        return ProblemError(parameters: [.of(fault, name, location)])
    }

    /// 400 about every parameter that is wrong; the list is not empty.
    init(parameters problems: [ParameterProblem]) {
        let names = problems.map { "“\($0.name)”" }
        let distinct = names.enumerated().filter { !names[..<$0.offset].contains($0.element) }.map(\.element)
        let verb =
            distinct.count == 1
            ? "The parameter \(distinct[0]) is" : "The parameters \(distinct.joined(separator: ", ")) are"
        self.init(.invalidParameter, "\(verb) wrong.", details: .array(problems.map(\.json)))
    }
}

/// One finding about a parameter.
struct ParameterProblem: Sendable {
    /// The most characters of a name that a client sees again.
    private static let maximumNameLength = 80

    let location: Parameter.Location
    let name: String
    let code: String
    let message: String

    /// The name may come from the request: it is shortened, and an empty one is shown as `=`.
    init(_ name: String, in location: Parameter.Location, code: String, _ message: String) {
        self.location = location
        self.name = name.isEmpty ? "=" : String(name.prefix(Self.maximumNameLength))
        self.code = code
        self.message = message
    }

    static func of(_ fault: Parameter.Fault, _ name: String, _ location: Parameter.Location) -> ParameterProblem {
        ParameterProblem(name, in: location, code: fault.code, fault.message)
    }

    var json: JSONValue {
        [
            "in": .string(location.rawValue), "parameter": .string(name), "code": .string(code),
            "message": .string(message),
        ]
    }
}
