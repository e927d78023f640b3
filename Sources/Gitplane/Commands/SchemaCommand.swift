import ArgumentParser
import Documents
import Foundation
import StateRepo

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "List the JSON Schemas of all documents, or print one.",
        discussion: "Editors and validators of your own can use them; the server has the same under /schemas/."
    )

    @Argument(help: "Which schema to print, for instance `agent`.")
    var name: String?

    func run() throws {
        let schemas = try ShippedSchemas(share: .installed())
        guard let name else { return StandardStream.output.write(try schemas.list()) }
        StandardStream.output.write(try schemas.text(of: name))
    }
}

/// The schema files of an installation.
struct ShippedSchemas {
    private let folder: URL
    /// Without `.json`, sorted.
    let names: [String]

    init(share: ShareDirectory) throws {
        folder = share.schemas
        names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".json") }
            .map { String($0.dropLast(5)) }
            .sorted()
    }

    /// A line for each schema: its name, and what it describes.
    func list() throws -> [String] {
        let width = names.map(\.count).max() ?? 0
        return try names.map { name in
            let title = try JSONValue(parsing: text(of: name))["title"]?.stringValue ?? ""
            return name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + title
        }
    }

    /// The file as it was shipped.
    func text(of name: String) throws -> [UInt8] {
        guard names.contains(name) else {
            let meant = Suggestion.closest(to: name, among: names).map { "did you mean \"\($0)\"?" }
            throw CommandFailure(.usage, "there is no schema \"\(name)\" (\(meant ?? "gitplane schema lists them"))")
        }
        return try Array(Data(contentsOf: folder.appending(path: "\(name).json")))
    }
}

extension ShareDirectory {
    /// The data of the running program; a program without them cannot work.
    static func installed() throws -> ShareDirectory {
        do {
            return try ofThisProgram()
        } catch let error as ShareDirectoryError {
            throw CommandFailure(.configuration, "\(error)")
        }
    }
}
