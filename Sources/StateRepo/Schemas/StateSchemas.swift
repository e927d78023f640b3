package import Documents
import Foundation

/// The schemas of the documents in the repository, compiled once at start.
package struct StateSchemas: Sendable {
    package let registry: SchemaRegistry
    package let agent: JSONSchema
    package let release: JSONSchema
    package let format: JSONSchema
    package let systemSettings: JSONSchema
    package let providerConnection: JSONSchema
    package let connectionDefault: JSONSchema
    package let skill: JSONSchema

    /// The address that the schema `name` has as its `$id`.
    package static func address(_ name: String) -> String { "https://gitplane.dev/schemas/\(name).json" }

    /// - Throws: ``SchemaError`` when one of them is missing.
    package init(registry: SchemaRegistry) throws {
        func schema(_ name: String) throws -> JSONSchema {
            guard let schema = registry.schema(id: Self.address(name)) else {
                throw MissingSchema(name: name)
            }
            return schema
        }
        self.registry = registry
        self.agent = try schema("agent")
        self.release = try schema("release")
        self.format = try schema("format")
        self.systemSettings = try schema("system-settings")
        self.providerConnection = try schema("provider-connection")
        self.connectionDefault = try schema("connection-default")
        self.skill = try schema("skill")
    }
}

/// A schema that the package should ship and does not.
package struct MissingSchema: Error, CustomStringConvertible {
    package let name: String

    package var description: String { "schemas/\(name).json is missing from the installation" }
}
