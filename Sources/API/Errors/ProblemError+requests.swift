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

    /// 401 for a credential that stands for nobody (RFC 6750, section 3.1).
    static var tokenInvalid: ProblemError {
        ProblemError(
            .tokenInvalid,
            "The bearer token is not valid here.",
            headers: [.wwwAuthenticate: "Bearer realm=\"gitplane\", error=\"invalid_token\""]
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
