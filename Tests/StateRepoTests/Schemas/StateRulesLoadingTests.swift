import Catalogue
import Documents
import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The rules that travel with the program")
struct StateRulesLoadingTests {
    /// Runs `body` with a copy of the shipped data that it may change.
    private func withCopy(_ body: (ShareDirectory) throws -> Void) async throws {
        let shipped = try ShareDirectory.ofThisProgram()
        try await withTemporaryDirectory { root in
            for name in ["openapi", "schemas", "catalogue"] {
                let source = shipped.url.appending(path: name)
                try FileManager.default.copyItem(at: source, to: root.appending(path: name))
            }
            try body(ShareDirectory(at: root))
        }
    }

    @Test("load from the checkout")
    func loads() throws {
        let rules = try StateRules.load(share: ShareDirectory.ofThisProgram())
        #expect(rules.catalogue.provider("ollama") != nil)
        #expect(rules.catalogue.hasIntegration("github"))
    }

    @Test("have a version that follows every byte", arguments: ["schemas/agent.json", "catalogue/providers/groq.json"])
    func version(file: String) async throws {
        try await withCopy { share in
            let before = try StateRules.load(share: share).dataVersion
            #expect(try StateRules.load(share: share).dataVersion == before)
            let url = share.url.appending(path: file)
            try (Data(contentsOf: url) + Data("\n".utf8)).write(to: url)
            #expect(try StateRules.load(share: share).dataVersion != before)
        }
    }

    @Test("name the file and the place of a fault")
    func fault() async throws {
        try await withCopy { share in
            try Data("{\n  \"a\": }\n".utf8).write(to: share.schemas.appending(path: "skill.json"))
            #expect {
                try StateRules.load(share: share)
            } throws: { error in
                guard let error = error as? ShippedDataError else { return false }
                return error.file == "schemas/skill.json" && error.position.line == 2
            }
        }
    }

    @Test("are missed one by one")
    func missing() async throws {
        try await withCopy { share in
            try FileManager.default.removeItem(at: share.schemas.appending(path: "release.json"))
            #expect { try StateRules.load(share: share) } throws: { ($0 as? MissingSchema)?.name == "release" }
        }
    }
}
