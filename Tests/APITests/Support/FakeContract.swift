import API
import Documents
import HTTPTypes

/// A small OpenAPI document with one operation of every kind.
enum FakeContract {
    static let operations: [(path: String, method: String, operation: JSONValue)] = [
        ("/api/items", "get", operation("listItems", scope: "state:read", parameters: listParameters)),
        (
            "/api/items", "post",
            operation("createItem", scope: "state:write", parameters: [idempotencyKey], body: itemBody(required: true))
        ),
        ("/api/items/{item_id}", "get", operation("getItem", scope: "state:read", parameters: [itemID, ifNoneMatch])),
        (
            "/api/items/{item_id}", "patch",
            operation("updateItem", scope: "state:write", parameters: [itemID], body: patchBody)
        ),
        ("/api/items/{item_id}", "delete", operation("deleteItem", scope: "state:write", parameters: [itemID])),
        (
            "/api/items/{item_id}/publish", "post",
            operation("publishItem", scope: "agents:publish", parameters: [itemID], body: itemBody(required: false))
        ),
        ("/api/items/validate", "post", operation("validateItems", scope: "state:read")),
        ("/api/others", "get", operation("listOthers", scope: "state:read", parameters: listParameters)),
        (
            "/api/secrets", "post",
            operation("createSecret", scope: "state:write", parameters: [idempotencyKey], isSealed: true)
        ),
        ("/git/refs", "get", operation("getRefs", scope: "state:read", takesBasic: true)),
        ("/api/register", "get", operation("register", scope: nil, rate: "register")),
        ("/healthz", "get", operation("getHealth", scope: nil, rate: "none")),
    ]

    static func document(
        _ operations: [(path: String, method: String, operation: JSONValue)] = operations
    ) -> JSONValue {
        var paths = JSONObject()
        for entry in operations {
            var item = paths[entry.path]?.objectValue ?? [:]
            item[entry.method] = entry.operation
            paths[entry.path] = .object(item)
        }
        var codes = JSONObject()
        for code in RequestErrorCode.allCases { codes[code.rawValue] = ["status": JSONValue(code.status.code)] }
        for (code, status) in [
            ("auth.insufficient_scope", 403), ("request.invalid", 422), ("agent.not_found", 404),
            ("state.unavailable", 503), ("document.not_found", 404),
        ] { codes[code] = ["status": JSONValue(status)] }
        return [
            "openapi": "3.1.0", "info": ["title": "Fake", "version": "1"], "paths": .object(paths),
            "components": ["schemas": ["Error": error, "Item": item, "Limit": ["type": "integer"]]],
            "x-error-codes": .object(codes),
        ]
    }

    static func operation(
        _ id: String,
        scope: String?,
        parameters: [JSONValue] = [],
        body: JSONValue? = nil,
        rate: String? = nil,
        takesBasic: Bool = false,
        isSealed: Bool = false
    ) -> JSONValue {
        var object: JSONObject = ["operationId": .string(id), "parameters": .array(parameters)]
        object["security"] = scope.map { [[takesBasic ? "basicAuth" : "bearerAuth": [.string($0)]]] } ?? []
        object["requestBody"] = body
        if isSealed { object["x-gitplane-sealed"] = true }
        object["x-gitplane-rate-limit"] = rate.map { .string($0) }
        var responses: JSONObject = [
            "200": ["description": "", "content": ["application/json": ["schema": ["type": "object"]]]],
            "204": ["description": ""], "304": ["description": ""],
        ]
        let answer: JSONValue = [
            "description": "",
            "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
        ]
        for status in [
            "400", "401", "403", "404", "409", "413", "414", "415", "421", "422", "429", "431", "500", "503",
        ] {
            responses[status] = answer
        }
        object["responses"] = .object(responses)
        let codes = RequestErrorCode.allCases.map(\.rawValue) + ["auth.insufficient_scope", "request.invalid"]
        object["x-error-codes"] = .array(
            (codes + ["agent.not_found", "state.unavailable", "document.not_found"]).map { JSONValue.string($0) }
        )
        return .object(object)
    }

    private static let error: JSONValue = [
        "type": "object",
        "properties": [
            "code": ["type": "string"], "message": ["type": "string", "minLength": 1],
            "details": ["type": ["object", "array"]],
        ],
        "required": ["code", "message"], "additionalProperties": false,
    ]

    private static let item: JSONValue = [
        "type": "object",
        "properties": ["name": ["type": "string"], "size": ["type": "integer", "minimum": 1]],
        "required": ["name"], "additionalProperties": false,
    ]

    private static let itemID: JSONValue = [
        "name": "item_id", "in": "path", "required": true, "schema": ["type": "string", "maxLength": 5],
    ]

    private static let idempotencyKey: JSONValue = [
        "name": "Idempotency-Key", "in": "header", "schema": ["type": "string", "pattern": "^[!-~]{1,255}$"],
    ]

    private static let ifNoneMatch: JSONValue = [
        "name": "If-None-Match", "in": "header", "schema": ["type": "string", "maxLength": 40],
    ]

    private static let listParameters: [JSONValue] = [
        ["name": "limit", "in": "query", "schema": ["type": "integer", "minimum": 1, "maximum": 200, "default": 50]],
        ["name": "label", "in": "query", "schema": ["type": "array", "items": ["type": "string", "pattern": ":"]]],
        [
            "name": "include", "in": "query", "explode": false,
            "schema": ["type": "array", "items": ["enum": ["used_by", "diagnostics"]], "uniqueItems": true],
        ],
        ["name": "dry_run", "in": "query", "schema": ["type": "boolean", "default": false]],
        ["name": "cursor", "in": "query", "schema": ["type": "string"]],
        ["name": "at", "in": "query", "schema": ["type": "string"]],
        ["name": "q", "in": "query", "schema": ["type": "string"]],
    ]

    private static func itemBody(required: Bool) -> JSONValue {
        [
            "required": .bool(required),
            "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Item"]]],
        ]
    }

    private static let patchBody: JSONValue = [
        "required": true,
        "content": [
            "application/json": ["schema": ["type": "object"]],
            "application/merge-patch+json": ["schema": ["type": "object"]],
            "application/json-patch+json": ["schema": ["type": "array"]],
        ],
    ]
}
