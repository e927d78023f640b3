import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("An edit of settings and skills")
struct SettingsAndSkillEditTests {
    private static let settings = "state/system-settings.json"
    private static let skill = "skills/tdd/SKILL.md"

    private let tdd: SkillID

    init() throws { self.tdd = try #require(SkillID("tdd")) }

    @Test("gives back the default where a setting is null")
    func reset() throws {
        let text = """
            {
              "providers": {"default_provider": "ollama"},
              "health": {"enabled": false}
            }

            """
        let fixture = try StateFixture([Self.settings: text])
        let plan = try fixture.plan(.patchSettings(.merge(["health": nil])))
        #expect(
            plan.tree.file(at: Self.settings)?.text == "{\n  \"providers\": {\"default_provider\": \"ollama\"}\n}\n"
        )
        let reset = try fixture.plan(.patchSettings(.merge(["providers": ["default_provider": nil]])))
        #expect(reset.tree.settings?.facts?.defaultProvider == nil)
        #expect(fixture.review(reset).isAdmitted)
    }

    @Test("makes the settings file when there is none")
    func create() throws {
        let fixture = try StateFixture()
        let plan = try fixture.plan(.patchSettings(.merge(["health": ["enabled": false]])))
        let start = "{\n  \"$schema\": \"https://gitplane.dev/schemas/system-settings.json\",\n"
        #expect(plan.tree.file(at: Self.settings)?.text.hasPrefix(start) == true)
        #expect(plan.subject == "system-settings: create")
        #expect(try fixture.plan(.patchSettings(.merge(["health": nil]))).isEmpty)
    }

    @Test("is refused while the settings file is broken")
    func broken() throws {
        let fixture = try StateFixture([Self.settings: "{"])
        #expect(failure { try fixture.plan(.patchSettings(.merge([:]))) }?.code == .headInvalid)
    }

    @Test("keeps the layout of a skill's front matter")
    func layout() throws {
        let text = "---\nname:   tdd # the name\ndescription: x\n---\n\nBody\n"
        let fixture = try StateFixture([Self.skill: text])
        let same = try #require(fixture.tree.file(at: Self.skill).flatMap { SkillContent($0) })
        #expect(try fixture.plan(.putSkill(tdd, same)).isEmpty)
        let edited = SkillContent(frontMatter: ["name": "tdd", "description": "z"], body: same.body)
        let plan = try fixture.plan(.putSkill(tdd, edited))
        #expect(plan.tree.file(at: Self.skill)?.text == text.replacing("description: x", with: "description: z"))
    }

    @Test("writes a new skill in the schema's order")
    func newSkill() throws {
        let fixture = try StateFixture()
        let fresh = SkillContent(frontMatter: ["description": "x", "name": "tdd"], body: "Body\n")
        let plan = try fixture.plan(.putSkill(tdd, fresh))
        #expect(plan.tree.file(at: Self.skill)?.text == "---\nname: tdd\ndescription: x\n---\n\nBody\n")
        #expect(fixture.review(plan).isAdmitted)
    }

    @Test("deletes a skill with its files, unless it is in use")
    func delete() throws {
        let text = "---\nname: tdd\ndescription: x\n---\n"
        let fixture = try StateFixture([Self.skill: text, "skills/tdd/references/a.md": "a"])
        let gone = try fixture.plan(.deleteSkill(tdd))
        #expect(gone.files.keys.sorted() == [Self.skill, "skills/tdd/references/a.md"])
        #expect(gone.tree.skills.isEmpty)
        let other = try #require(SkillID("other"))
        #expect(failure { try fixture.plan(.deleteSkill(other)) }?.code == .skillNotFound)
        let template = try StateFixture.template()
        let docs = try #require(SkillID("docs"))
        #expect(failure { try template.plan(.deleteSkill(docs)) }?.code == .skillInUse)
    }
}
