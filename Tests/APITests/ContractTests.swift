import Access
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@testable import API

@Suite("The contract")
struct ContractTests {
    private static let shipped = Result {
        let text = Array(try Data(contentsOf: ShareDirectory.checkout().contract))
        return try Contract(try JSONValue(parsing: text, limits: Contract.limits))
    }

    @Test("The document that is shipped compiles, and names a scope or nobody for every operation")
    func shippedContract() throws {
        let contract = try Self.shipped.get()
        let open = contract.operations.filter { $0.access == .public }.map(\.id)
        let expected = [
            "getContract", "getSchema", "getHealth", "getReadiness", "exchangeSetupCode", "registerOwner", "logIn",
            "recoverPassword",
        ]
        #expect(Set(open) == Set(expected))
        let optional = contract.operations.filter { $0.access == .optional }.map(\.id)
        #expect(Set(optional) == ["getAuthStatus", "getOnboardingStatus"])
        #expect(contract.operations.count > open.count)
    }

    @Test("Its table of error codes is ours: the same codes with the same statuses")
    func errorCodes() throws {
        let statuses = try Self.shipped.get().errorStatuses
        for code in RequestErrorCode.allCases { #expect(statuses[code.rawValue] == code.status.code, "\(code)") }
        for code in StateError.Code.allCases { #expect(statuses[code.rawValue] == code.status.code, "\(code)") }
        for code in AccessRefusal.Code.allCases { #expect(statuses[code.rawValue] == code.status.code, "\(code)") }
        for code in SecretsErrorCode.allCases { #expect(statuses[code.rawValue] == code.status.code, "\(code)") }
        for code in ConnectionErrorCode.allCases { #expect(statuses[code.rawValue] == code.status.code, "\(code)") }
        let ours =
            RequestErrorCode.allCases.map(\.rawValue) + StateError.Code.allCases.map(\.rawValue)
            + AccessRefusal.Code.allCases.map(\.rawValue) + SecretsErrorCode.allCases.map(\.rawValue)
            + ConnectionErrorCode.allCases.map(\.rawValue)
        #expect(Set(statuses.keys) == Set(ours))
    }

    private func faults(_ document: JSONValue) -> [ContractError.Code] {
        do {
            _ = try Contract(document)
            return []
        } catch {
            return error.faults.map(\.code)
        }
    }

    private func document(changing id: String, _ change: (inout JSONObject) -> Void) -> JSONValue {
        let operations = FakeContract.operations.map { entry in
            guard entry.operation["operationId"]?.stringValue == id, var object = entry.operation.objectValue else {
                return entry
            }
            change(&object)
            return (entry.path, entry.method, .object(object))
        }
        return FakeContract.document(operations)
    }

    @Test("A document without faults compiles")
    func sound() {
        #expect(faults(FakeContract.document()) == [])
    }

    static let scopes: [(JSONValue?, [ContractError.Code])] = [
        (nil, [.scopeCount]), ([[:]], [.scopeCount]), ([["bearerAuth": []]], [.scopeCount]),
        ([["bearerAuth": ["state:read", "state:write"]]], [.scopeCount]),
        ([["bearerAuth": ["state:read"]], ["cookieAuth": ["state:write"]]], [.scopeCount]),
        ([["bearerAuth": ["state:read"]], ["cookieAuth": ["state:read"]]], []),
        ([["bearerAuth": ["state:all"]]], [.unknownScope]), ([], []),
        ([[:], ["bearerAuth": []]], []), ([[:], ["bearerAuth": ["state:read"]]], [.scopeCount]),
    ]

    @Test("A protected operation names exactly one scope that there is", arguments: scopes)
    func scope(_ security: JSONValue?, _ expected: [ContractError.Code]) {
        #expect(faults(document(changing: "getItem") { $0["security"] = security }) == expected)
    }

    @Test("Two operations of the same id, or for the same method and paths, are faults")
    func duplicates() {
        #expect(faults(document(changing: "getItem") { $0["operationId"] = "listItems" }) == [.duplicateOperation])
        let twin = (
            "/api/items/{other}", "get",
            FakeContract.operation(
                "twin",
                scope: nil,
                parameters: [
                    ["name": "other", "in": "path", "required": true, "schema": ["type": "string"]]
                ]
            )
        )
        #expect(faults(FakeContract.document(FakeContract.operations + [twin])) == [.duplicateRoute])
    }

    @Test("A schema that does not compile is a fault, in parameters, bodies and responses")
    func schemas() {
        let bad: JSONValue = ["type": "strnig"]
        let parameter: JSONValue = ["name": "q", "in": "query", "schema": bad]
        #expect(faults(document(changing: "listItems") { $0["parameters"] = [parameter] }) == [.schema])
        let body: JSONValue = ["content": ["application/json": ["schema": ["$ref": "#/components/schemas/Nothing"]]]]
        #expect(faults(document(changing: "createItem") { $0["requestBody"] = body }).contains(.schema))
        let responses: JSONValue = ["200": ["content": ["application/json": ["schema": ["unknown_keyword": 1]]]]]
        #expect(faults(document(changing: "listItems") { $0["responses"] = responses }) == [.schema])
    }

    static let unservable: [(String, JSONValue?)] = [
        ("operationId", nil), ("parameters", []), ("parameters", [["$ref": "#/components/parameters/Nothing"]]),
        ("parameters", [["name": "item_id", "in": "cookie"]]), ("responses", [:]), ("responses", ["default": [:]]),
        ("requestBody", ["content": ["text/plain": ["schema": [:]]]]), ("x-error-codes", ["no.such_code"]),
    ]

    @Test("What the server cannot serve is a fault", arguments: unservable)
    func malformed(_ member: String, _ value: JSONValue?) {
        #expect(faults(document(changing: "deleteItem") { $0[member] = value }).contains(.malformed))
    }

    @Test(
        "A template has literal segments and whole parameters only",
        arguments: ["items", "/a//b", "/a/", "/a{b}", "/a b", "/ä"]
    )
    func templates(_ template: String) {
        let operation = (template, "get", FakeContract.operation("other", scope: nil))
        #expect(faults(FakeContract.document(FakeContract.operations + [operation])).contains(.malformed))
    }

    @Test("A path of so many segments is found; one of more is no route, and cannot be made one")
    func depth() throws {
        func document(_ template: String) -> JSONValue {
            FakeContract.document([(template, "get", FakeContract.operation("deep", scope: nil))])
        }
        let template = String(repeating: "/a", count: RouteTable.maximumDepth)
        let contract = try Contract(document(template))
        guard case .operation = contract.match(.get, template[...]) else {
            Issue.record("it is not found")
            return
        }
        guard case .notFound = contract.match(.get, "\(template)/a") else {
            Issue.record("it is found")
            return
        }
        #expect(faults(document("\(template)/a")).contains(.malformed))
    }

    @Test("Missing and surplus handlers stop the start, all of them named")
    func handlers() throws {
        let contract = try FakeServer.contract()
        var handlers = Handlers()
        for operation in contract.operations.dropFirst(2) { handlers.register(operation.id, FakeServer.echo) }
        handlers.register("getHealth", FakeServer.echo)
        handlers.register("unknown", FakeServer.echo)
        let error = #expect(throws: ContractError.self) {
            try APIResponder(contract: contract, handlers: handlers, authenticator: Nobody())
        }
        let codes = error?.faults.map(\.code) ?? []
        #expect(codes.filter { $0 == .surplusHandler }.count == 2)
        #expect(codes.filter { $0 == .missingHandler }.count == 2)
    }
}

private struct Nobody: Authenticator {
    func authenticate(_ token: BearerToken) -> Principal? { nil }
    func isValid(_ token: BearerToken) -> Bool { false }
}
