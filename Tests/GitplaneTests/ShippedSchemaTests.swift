import Documents
import StateRepo
import Testing

@testable import Gitplane

@Suite("The command schema")
struct ShippedSchemaTests {
    private let schemas: ShippedSchemas

    init() throws { schemas = try ShippedSchemas(share: .ofThisProgram()) }

    @Test("lists every schema with its title")
    func list() throws {
        let lines = try schemas.list()
        #expect(lines.count == schemas.names.count)
        #expect(lines.contains { $0.hasPrefix("agent ") && $0.hasSuffix(" Agent") })
    }

    @Test("prints each schema as it was shipped")
    func print() throws {
        for name in schemas.names {
            let value = try JSONValue(parsing: schemas.text(of: name))
            #expect(value["$id"]?.stringValue == StateSchemas.address(name))
        }
    }

    @Test("refuses other names, also those that lead out of the folder", arguments: ["agnt", "", "../Package", "/etc"])
    func unknown(name: String) {
        #expect { try schemas.text(of: name) } throws: { ($0 as? CommandFailure)?.status == .usage }
    }
}
