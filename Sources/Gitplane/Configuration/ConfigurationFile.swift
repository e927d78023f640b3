import Documents
import Foundation
import StateRepo

/// The file `gitplane.json` of a data folder; it need not exist.
struct ConfigurationFile {
    let path: String

    /// What the file says.
    struct Content {
        let path: String
        let document: JSONDocument

        func place(of key: String) -> String {
            let position = document.position(ofValueAt: JSONPointer(tokens: [key]))
            return position.map { "\(path):\($0)" } ?? path
        }
    }

    /// Reads and checks the file; `nil` when there is none or it has problems.
    func read(schemas: SchemaRegistry, _ problems: inout [ConfigurationProblem]) -> Content? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let schema = schemas.schema(id: StateSchemas.address("server")) else {
            problems.append(ConfigurationProblem(place: path, message: "schemas/server.json is missing"))
            return nil
        }
        do {
            let document = try JSONDocument(parsing: Array(Data(contentsOf: URL(filePath: path))))
            let found = violations(of: schema, in: document) + later(in: document, schemas)
            problems += found
            return found.isEmpty ? Content(path: path, document: document) : nil
        } catch let error as JSONSyntaxError {
            problems.append(ConfigurationProblem(place: "\(path):\(error.position)", message: error.message))
        } catch {
            problems.append(ConfigurationProblem(place: path, message: "the file cannot be read: \(error)"))
        }
        return nil
    }

    private func violations(of schema: JSONSchema, in document: JSONDocument) -> [ConfigurationProblem] {
        schema.validate(document.value).map { violation in
            let place = document.position(of: violation).map { "\(path):\($0)" } ?? path
            return ConfigurationProblem(place: place, message: violation.message)
        }
    }

    /// Settings of the schema that this version does not honour yet; ignoring them would be worse than refusing.
    private func later(in document: JSONDocument, _ schemas: SchemaRegistry) -> [ConfigurationProblem] {
        let honoured = Set(ServerSetting.allCases.map(\.key) + ["$schema"])
        let address = StateSchemas.address("server")
        let keys = (document.value.objectValue ?? [:]).map(\.key).filter { key in
            !honoured.contains(key) && schemas.schema(address, at: JSONPointer(tokens: ["properties", key])) != nil
        }
        return keys.map { key in
            let position = document.position(ofKeyAt: JSONPointer(tokens: [key]))
            let place = position.map { "\(path):\($0)" } ?? path
            return ConfigurationProblem(place: place, message: "this version does not have the setting \"\(key)\" yet")
        }
    }
}
