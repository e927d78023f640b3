import Crypto
import Documents
import HTTPTypes
import NIOCore
import StateRepo

/// The operations that need no state: the contract, the schemas, health and readiness.
package struct StaticOperations: Sendable {
    private struct File: Sendable {
        let bytes: ByteBuffer
        let tag: EntityTag
    }

    private let contract: File
    private let schemas: [JSONKey: File]
    private let readiness: ReadinessGate

    /// - Parameters:
    ///   - contract: The text of the OpenAPI document.
    ///   - schemas: The texts of the JSON Schemas by file name.
    package init(contract: [UInt8], schemas: [String: [UInt8]], readiness: ReadinessGate) {
        self.contract = Self.file(contract)
        self.schemas = Dictionary(uniqueKeysWithValues: schemas.map { (JSONKey($0.key), Self.file($0.value)) })
        self.readiness = readiness
    }

    package func register(in handlers: inout Handlers) {
        let operations = self
        handlers.register("getContract") { try Self.answer(operations.contract, to: $0) }
        handlers.register("getSchema") { try operations.schema($0) }
        handlers.register("getHealth") { _ in Self.ok }
        handlers.register("getReadiness") { _ in try operations.ready() }
    }

    private static let ok = OperationResponse(.ok, .json(["status": "ok"]))

    private func schema(_ request: OperationRequest) throws -> OperationResponse {
        let name = request.path("name")
        guard let file = schemas[JSONKey(name)] else {
            let names = schemas.keys.sorted().map(\.description)
            let hint = Suggestion.closest(to: name, among: names).map { "; did you mean “\($0)”?" } ?? "."
            throw StateError(.documentNotFound, "There is no schema of this name\(hint)")
        }
        return try Self.answer(file, to: request)
    }

    private func ready() throws -> OperationResponse {
        switch readiness.state {
        case .ready: return Self.ok
        case .starting: throw StateError(.unavailable, "The state is being loaded; try again in a second.")
        case .stopping: throw StateError(.unavailable, "The server is stopping.")
        }
    }

    private static func answer(_ file: File, to request: OperationRequest) throws -> OperationResponse {
        let tag = HTTPField(name: .eTag, value: file.tag.description)
        if let condition = try request.ifNoneMatch(), !condition.holdsAsIfNoneMatch(for: file.tag) {
            return OperationResponse(.notModified, headers: HTTPFields([tag]))
        }
        let caching = HTTPField(name: .cacheControl, value: "no-cache")
        return OperationResponse(
            headers: HTTPFields([tag, caching]),
            .bytes(file.bytes, contentType: OperationResponse.json)
        )
    }

    private static func file(_ bytes: [UInt8]) -> File {
        let digest = Array(SHA256.hash(data: bytes).prefix(18))
        return File(bytes: ByteBuffer(bytes: bytes), tag: EntityTag(Base64URL.encode(digest)))
    }
}
