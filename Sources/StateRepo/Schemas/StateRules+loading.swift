import Catalogue
package import Documents
import Foundation

extension StateRules {
    /// Loads the schemas and the catalogue of an installation.
    ///
    /// - Throws: ``ShippedDataError`` for a file that is no JSON, `SchemaError` with every fault of the schemas,
    ///   ``MissingSchema``, `CatalogueError`, or the error of a file that cannot be read.
    package static func load(share: ShareDirectory) throws -> StateRules {
        let schemas = try files(in: share.schemas).filter { $0.hasSuffix(".json") }
        let registry = try SchemaRegistry(schemas.map { ("schemas/\($0)", try document($0, in: share)) })
        return try StateRules(
            schemas: StateSchemas(registry: registry),
            catalogue: CatalogueLoader(registry: registry).load(share.catalogue),
            dataVersion: version(of: [share.schemas, share.catalogue])
        )
    }

    private static func document(_ name: String, in share: ShareDirectory) throws -> JSONValue {
        let content = try Data(contentsOf: share.schemas.appending(path: name))
        do {
            return try JSONValue(parsing: Array(content))
        } catch {
            throw ShippedDataError(file: "schemas/\(name)", position: error.position, message: error.message)
        }
    }

    /// The paths of the files below `folder`, in the order of their bytes.
    private static func files(in folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// A name for the content of all JSON files below `folders`, as git would name their list.
    private static func version(of folders: [URL]) throws -> BlobID {
        var list: [UInt8] = []
        for folder in folders {
            for path in try files(in: folder) where path.hasSuffix(".json") {
                let blob = try ObjectHash.blob(Array(Data(contentsOf: folder.appending(path: path))))
                list += Array("\(blob) \(folder.lastPathComponent)/\(path)\n".utf8)
            }
        }
        return try ObjectHash.blob(list)
    }
}

/// A file that travels with the program cannot be read as what it should be.
package struct ShippedDataError: Error, CustomStringConvertible {
    package let file: String
    package let position: SourcePosition
    package let message: String

    package var description: String { "\(file):\(position): \(message)" }
}
