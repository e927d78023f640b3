import Documents

/// Writes `SKILL.md` from front matter and body; what a write leaves equal keeps its text.
enum SkillText {
    static func write(_ content: SkillContent, replacing file: StateFile?, schema: JSONSchema) throws -> [UInt8] {
        let value = JSONValue.object(content.frontMatter)
        let order = schema.memberOrder(at: .root)
        do {
            guard let file else {
                return Array(try FrontMatter.write(value: value, body: content.body, order: order).utf8)
            }
            let present: FrontMatter
            do {
                present = try FrontMatter(parsing: file.content)
            } catch {
                // What cannot be read has no layout to keep.
                return Array(try FrontMatter.write(value: value, body: content.body, order: order).utf8)
            }
            return Array(try present.replacing(value: value, body: content.body, order: order).source.utf8)
        } catch {
            let pointer = JSONPointer(tokens: ["frontmatter"])
            let problem = Diagnostic(.error, error.code.rawValue, file: "", pointer: pointer, error.message)
            throw StateError(.requestInvalid, "the front matter cannot be written as YAML", diagnostics: [problem])
        }
    }
}
