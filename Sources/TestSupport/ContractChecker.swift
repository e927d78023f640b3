package import API
import Documents
package import HTTPTypes

/// Says in which ways an answer is not one that the contract allows.
package struct ContractChecker: Sendable {
    package let contract: Contract

    package init(_ contract: Contract) { self.contract = contract }

    /// Every way in which the answer to a request breaks the contract; empty when it keeps it.
    package func faults(
        of method: HTTPRequest.Method,
        _ target: String,
        status: Int,
        headers: HTTPFields,
        body: [UInt8]
    ) -> [String] {
        var faults: [String] = []
        if headers[.requestID] == nil { faults.append("there is no X-Request-Id") }
        if method == .head, !body.isEmpty { faults.append("the answer to HEAD has a body") }
        let answer = Answer(status: status, headers: headers, body: body, isHead: method == .head)
        switch contract.match(method, target.prefix { $0 != "?" }) {
        case .operation(let operation, _): faults += check(answer, operation)
        case .methodNotAllowed:
            if headers[.allow] == nil { faults.append("there is no Allow") }
            faults += checkError(
                answer,
                allowed: ["request.method_not_allowed", "rate_limit.exceeded"],
                schema: contract.errorSchema
            )
        case .notFound:
            let allowed: Set = [
                "request.route_not_found", "request.uri_too_long", "request.headers_too_large",
                "request.host_not_allowed", "request.invalid_parameter", "rate_limit.exceeded",
            ]
            faults += checkError(answer, allowed: allowed, schema: contract.errorSchema)
        }
        return faults
    }

    private struct Answer {
        let status: Int
        let headers: HTTPFields
        let body: [UInt8]
        let isHead: Bool
    }

    private func check(_ answer: Answer, _ operation: Operation) -> [String] {
        guard let response = operation.responses[answer.status] else {
            return ["\(operation.id) does not list the status \(answer.status)"]
        }
        var faults: [String] = []
        for header in response.headers { faults += check(header, answer.headers) }
        if response.contents.isEmpty {
            if !answer.body.isEmpty { faults.append("there is a body") }
            return faults
        }
        let mediaType = String((answer.headers[.contentType] ?? "").prefix { $0 != ";" })
        guard let content = response.contents.first(where: { $0.mediaType == mediaType }) else {
            return faults + ["the media type “\(mediaType)” is not listed for \(answer.status)"]
        }
        if !content.events.isEmpty, !answer.isHead {
            let text = String(decoding: answer.body, as: UTF8.self)
            return faults + StreamedEvent.list(text).flatMap { check($0, content) }
        }
        guard let schema = content.schema, !answer.isHead else { return faults }
        if answer.status >= 400 {
            return faults + checkError(answer, allowed: operation.errorCodes, schema: schema)
        }
        return faults + violations(of: answer.body, schema)
    }

    /// Every way in which an event of an operation's stream breaks the contract.
    package func faults(of event: StreamedEvent, in operationID: String) -> [String] {
        guard let content = contract.operation(operationID)?.responses[200]?.contents.first else {
            return ["\(operationID) has no stream"]
        }
        return check(event, content)
    }

    private func check(_ event: StreamedEvent, _ content: ResponseSpecification.Content) -> [String] {
        guard let data = event.data else { return event.name == nil ? [] : ["an event has no data"] }
        guard let name = event.name, let schema = content.events[name] else {
            return ["the event “\(event.name ?? "message")” is not listed"]
        }
        return violations(of: Array(data.utf8), schema).map { "\(name): \($0)" }
    }

    private func check(_ header: ResponseSpecification.Header, _ headers: HTTPFields) -> [String] {
        guard let text = headers[header.name] else {
            return header.isRequired ? ["there is no \(header.name)"] : []
        }
        guard let value = Parameter.json(of: [text], header.kind) else { return ["\(header.name) is “\(text)”"] }
        return header.schema.validate(value).map { "\(header.name): \($0)" }
    }

    private func checkError(_ answer: Answer, allowed: Set<String>, schema: JSONSchema) -> [String] {
        if answer.isHead { return [] }
        var faults = violations(of: answer.body, schema)
        guard let body = try? JSONValue(parsing: answer.body), let code = body["code"]?.stringValue else {
            return faults + ["the error has no code"]
        }
        if !allowed.contains(code) { faults.append("the code \(code) is not listed") }
        if contract.errorStatuses[code] != answer.status { faults.append("\(code) came with \(answer.status)") }
        if let keys = body.objectValue?.keys, keys != ["code", "message", "details"].filter(keys.contains) {
            faults.append("the members of the error stand in the order \(keys)")
        }
        return faults
    }

    private func violations(of body: [UInt8], _ schema: JSONSchema) -> [String] {
        do {
            let limits = Contract.limits
            return try schema.validate(JSONValue(parsing: body, limits: limits)).map(\.description)
        } catch {
            return ["the body is not JSON: \(error)"]
        }
    }
}
