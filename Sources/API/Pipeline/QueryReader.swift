import Documents
import HTTPTypes

/// Reads the query of a request and the headers that the operation names, and checks them.
struct QueryReader {
    /// Credentials do not belong into addresses, which logs and histories keep.
    private static let credentialNames = ["token", "access_token", "api_key"]

    let operation: Operation
    private var problems: [ParameterProblem] = []

    init(_ operation: Operation) { self.operation = operation }

    /// The pairs of a query; `+` is a plus sign, empty pairs are skipped.
    ///
    /// - Throws: ``ProblemError`` 400: for a credential before anything else, then for what cannot be decoded.
    static func pairs(of query: Substring) throws -> [QueryValues.Pair] {
        var pairs: [QueryValues.Pair] = []
        var problems: [ParameterProblem] = []
        for part in query.utf8.split(separator: UInt8(ascii: "&")) {
            guard pairs.count < RequestLimits.maximumQueryPairs else {
                let message = "The query has more than \(RequestLimits.maximumQueryPairs) parameters."
                throw ProblemError(parameters: [ParameterProblem("&", in: .query, code: "parameter.count", message)])
            }
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            guard let decodedName = PercentEncoding.decode(name),
                let text = PercentEncoding.decode(part.dropFirst(name.count + 1)),
                !decodedName.utf8.contains(0), !text.utf8.contains(0)
            else {
                let raw = String(decoding: name, as: UTF8.self)
                let message = "It holds an incomplete escape, U+0000, or bytes that are not UTF-8."
                problems.append(ParameterProblem(raw, in: .query, code: "parameter.encoding", message))
                continue
            }
            if credentialNames.contains(decodedName.lowercased()) {
                throw ProblemError(
                    .tokenInURL,
                    "A credential does not belong into the query; send it as “Authorization: Bearer …”.",
                    details: ["parameter": .string(decodedName)]
                )
            }
            pairs.append(QueryValues.Pair(name: decodedName, text: text))
        }
        guard problems.isEmpty else { throw ProblemError(parameters: problems) }
        return pairs
    }

    /// Checks pairs and headers against the operation.
    ///
    /// - Throws: ``ProblemError`` 400 `request.invalid_parameter` with every parameter that is wrong or unknown.
    static func read(_ pairs: [QueryValues.Pair], _ headers: HTTPFields, for operation: Operation) throws -> QueryValues
    {
        var reader = QueryReader(operation)
        var values: [(name: String, value: JSONValue)] = []
        if !pairs.isEmpty || operation.needsQuery {
            reader.refuseUnknown(pairs)
            values = reader.values(of: pairs)
        }
        reader.check(headers)
        guard reader.problems.isEmpty else { throw ProblemError(parameters: reader.problems) }
        return QueryValues(operation, pairs: pairs, values: values)
    }

    private mutating func refuseUnknown(_ pairs: [QueryValues.Pair]) {
        var reported: Set<JSONKey> = []
        for pair in pairs where !operation.query.contains(where: { $0.name.hasSameBytes(as: pair.name) }) {
            guard reported.insert(JSONKey(pair.name)).inserted else { continue }
            let known = operation.query.map(\.name).joined(separator: ", ")
            let hint = known.isEmpty ? "This operation takes no parameters." : "This operation takes \(known)."
            problems.append(ParameterProblem(pair.name, in: .query, code: "parameter.unknown", hint))
        }
    }

    private mutating func values(of pairs: [QueryValues.Pair]) -> [(name: String, value: JSONValue)] {
        var values: [(name: String, value: JSONValue)] = []
        for parameter in operation.query {
            let texts = pairs.filter { $0.name.hasSameBytes(as: parameter.name) }.map(\.text)
            if let value = value(of: parameter, texts) { values.append((parameter.name, value)) }
        }
        return values
    }

    private mutating func check(_ headers: HTTPFields) {
        for parameter in operation.headers {
            guard let field = parameter.field else { continue }
            _ = value(of: parameter, headers[field].map { [$0] } ?? [])
        }
    }

    private mutating func value(of parameter: Parameter, _ texts: [String]) -> JSONValue? {
        guard !texts.isEmpty else {
            if parameter.isRequired {
                let message = "The parameter is required."
                problems.append(
                    ParameterProblem(parameter.name, in: parameter.location, code: "parameter.required", message)
                )
            }
            return nil
        }
        switch parameter.value(of: texts) {
        case .success(let value): return value
        case .failure(let faults):
            problems += faults.list.map { .of($0, parameter.name, parameter.location) }
            return nil
        }
    }
}
