import Documents
import StateRepo

extension ProblemError {
    /// 422 `request.invalid` with every violation, each with its place in the text of the body.
    init(_ violations: [SchemaViolation], in document: JSONDocument) {
        let findings = violations.map { violation in
            var finding: JSONObject = [
                "pointer": .string(violation.pointer.description),
                "code": .string(violation.code.rawValue),
                "message": .string(violation.message),
            ]
            if let position = document.position(of: violation) {
                finding["line"] = JSONValue(position.line)
                finding["column"] = JSONValue(position.column)
            }
            return JSONValue.object(finding)
        }
        let count = violations.count == 1 ? "one place" : "\(violations.count) places"
        self.init(
            status: StateError.Code.requestInvalid.status,
            code: StateError.Code.requestInvalid.rawValue,
            "The body does not fit the operation in \(count).",
            details: .array(findings)
        )
    }

    /// 400 `request.malformed_json` with line and column.
    init(_ error: JSONSyntaxError) {
        let details: JSONObject = [
            "line": JSONValue(error.position.line), "column": JSONValue(error.position.column),
        ]
        let place = "line \(error.position.line), column \(error.position.column)"
        self.init(
            .malformedJSON,
            "The body is not acceptable JSON: \(error.message) (\(place)).",
            details: .object(details)
        )
    }
}
