import Access
import Documents
import HTTPTypes
import StateRepo

/// Walks an OpenAPI document and collects what it holds, and what is wrong with it.
struct ContractReader {
    /// A value and its place, references followed.
    struct Place {
        let value: JSONValue
        let pointer: JSONPointer

        func member(_ key: String) -> Place? {
            value[key].map { Place(value: $0, pointer: pointer.appending(key)) }
        }
    }

    private static let methods: [(key: String, method: HTTPRequest.Method)] = [
        ("get", .get), ("put", .put), ("post", .post), ("patch", .patch), ("delete", .delete),
    ]
    private static let maximumReferences = 8

    let document: JSONValue
    private(set) var operations: [Operation] = []
    private(set) var routes = RouteTable()
    private(set) var faults: [ContractError.Fault] = []
    private var registry: SchemaRegistry?

    init(_ document: JSONValue) {
        self.document = document
        do {
            self.registry = try SchemaRegistry([], resources: [(id: Contract.id, value: document)])
        } catch {
            self.faults = error.faults.map {
                ContractError.Fault(code: .schema, pointer: $0.pointer, message: $0.message)
            }
        }
    }

    mutating func readOperations() {
        guard let paths = document["paths"]?.objectValue, !paths.isEmpty else {
            fault(.malformed, at: .root, "The document has no paths.")
            return
        }
        for path in paths {
            let pointer = JSONPointer(tokens: ["paths", path.key])
            let item = Place(value: path.value, pointer: pointer)
            for (key, method) in Self.methods {
                if let operation = item.member(key) { read(operation, method, path.key, shared: item) }
            }
        }
    }

    /// The statuses of `x-error-codes`.
    mutating func readErrorCodes() -> [String: Int] {
        var statuses: [String: Int] = [:]
        for member in document["x-error-codes"]?.objectValue ?? [:] {
            if let status = member.value["status"]?.intValue {
                statuses[member.key] = status
            } else {
                let pointer = JSONPointer(tokens: ["x-error-codes", member.key])
                fault(.malformed, at: pointer, "The error code has no status.")
            }
        }
        for operation in operations {
            for code in operation.errorCodes.sorted() where statuses[code] == nil {
                fault(.malformed, at: .root, "\(operation.id) lists the unknown error code \(code).")
            }
        }
        return statuses
    }

    private mutating func read(_ place: Place, _ method: HTTPRequest.Method, _ template: String, shared: Place) {
        guard let id = place.member("operationId")?.value.stringValue else {
            fault(.malformed, at: place.pointer, "The operation has no operationId.")
            return
        }
        if operations.contains(where: { $0.id.hasSameBytes(as: id) }) {
            fault(.duplicateOperation, at: place.pointer, "The operationId “\(id)” is used twice.")
        }
        let names = pathParameters(of: template, at: place.pointer)
        let parameters = self.parameters(of: place, shared: shared, pathParameters: names)
        let operation = Operation(
            id: id,
            method: method,
            template: template,
            access: access(of: place),
            takesBasic: place.value["security"]?.arrayValue?.contains { $0["basicAuth"] != nil } ?? false,
            counting: counting(of: place),
            pathParameters: names,
            query: parameters.filter { $0.location == .query },
            headers: parameters.filter { $0.location == .header && $0.field != .requestID },
            body: body(of: place),
            stream: stream(of: place),
            responses: responses(of: place),
            isAnswerSealed: place.value["x-gitplane-sealed"]?.boolValue ?? false,
            isBodySecret: place.value["x-gitplane-secret-body"]?.boolValue ?? false,
            errorCodes: Set(place.value["x-error-codes"]?.arrayValue?.compactMap(\.stringValue) ?? []),
            index: operations.count
        )
        operations.append(operation)
        if !routes.add(operation) {
            fault(.duplicateRoute, at: place.pointer, "Another operation answers the same method and paths.")
        }
    }

    private mutating func counting(of operation: Place) -> Operation.Counting {
        guard let value = operation.value["x-gitplane-rate-limit"] else { return .usual }
        if value == .string("none") { return .never }
        if let bucket = value.stringValue.flatMap(RateLimitBucket.init(rawValue:)) { return .also(bucket) }
        fault(.malformed, at: operation.pointer, "x-gitplane-rate-limit names no bucket.")
        return .usual
    }

    private mutating func access(of operation: Place) -> Operation.Access {
        let pointer = operation.pointer.appending("security")
        guard let alternatives = operation.value["security"]?.arrayValue else {
            fault(.scopeCount, at: operation.pointer, "The operation says nothing about security.")
            return .public
        }
        if alternatives.isEmpty { return .public }
        if Self.isOptional(alternatives) { return .optional }
        var texts: Set<JSONKey> = []
        for alternative in alternatives {
            let scopes = (alternative.objectValue ?? [:]).flatMap { $0.value.arrayValue ?? [] }
            guard scopes.count == 1, let text = scopes.first?.stringValue else {
                fault(.scopeCount, at: pointer, "A protected operation names exactly one scope.")
                return .public
            }
            texts.insert(JSONKey(text))
        }
        guard texts.count == 1, let text = texts.first?.description else {
            fault(.scopeCount, at: pointer, "All alternatives of an operation name the same scope.")
            return .public
        }
        guard let scope = Scope(rawValue: text) else {
            fault(.unknownScope, at: pointer, "There is no scope “\(text)”.")
            return .public
        }
        return .scope(scope)
    }

    /// Whether a credential is taken and none is needed: one alternative is empty, the others name no scope.
    private static func isOptional(_ alternatives: [JSONValue]) -> Bool {
        guard alternatives.count > 1, alternatives.contains([:]) else { return false }
        return alternatives.allSatisfy { ($0.objectValue ?? [:]).allSatisfy { $0.value.arrayValue?.isEmpty ?? false } }
    }

    /// Follows local references until there is a value; `nil`, with a fault, when one leads nowhere.
    mutating func resolve(_ place: Place) -> Place? {
        var place = place
        for _ in 0..<Self.maximumReferences {
            guard let reference = place.value["$ref"]?.stringValue else { return place }
            guard reference.hasPrefix("#/"), let pointer = JSONPointer(String(reference.dropFirst())),
                let value = document[pointer]
            else { break }
            place = Place(value: value, pointer: pointer)
        }
        fault(.malformed, at: place.pointer, "The reference leads nowhere.")
        return nil
    }

    /// Compiles the schema at a place; `nil`, with a fault, when it cannot be.
    mutating func schema(at tokens: [String]) -> JSONSchema? {
        do {
            return try registry?.compile(at: JSONPointer(tokens: tokens), in: Contract.id)
        } catch {
            faults += error.faults.map { ContractError.Fault(code: .schema, pointer: $0.pointer, message: $0.message) }
            return nil
        }
    }

    mutating func fault(_ code: ContractError.Code, at pointer: JSONPointer, _ message: String) {
        faults.append(ContractError.Fault(code: code, pointer: pointer, message: message))
    }
}
