import Documents

/// Reads files into documents and says everything that is wrong with each by itself.
///
/// Pure; the same decoder judges HTTP writes, pushes, edits in the working tree and `gitplane validate`.
package struct DocumentDecoder: Sendable {
    package let schemas: StateSchemas

    package init(schemas: StateSchemas) { self.schemas = schemas }

    func agent(_ file: StateFile) -> Document<AgentFacts> { json(file, schemas.agent, AgentFacts.init) }

    func release(_ file: StateFile) -> Document<ReleaseFacts> { json(file, schemas.release, ReleaseFacts.init) }

    func provider(_ file: StateFile) -> Document<ProviderFacts> {
        json(file, schemas.providerConnection, ProviderFacts.init)
    }

    func connection(_ file: StateFile) -> Document<ConnectionFacts> {
        json(file, schemas.connectionDefault, ConnectionFacts.init)
    }

    func settings(_ file: StateFile) -> Document<SettingsFacts> {
        json(file, schemas.systemSettings, settingsFacts)
    }

    /// What holds when there is no settings file.
    var defaultSettings: SettingsFacts { settingsFacts([:]) }

    private func settingsFacts(_ value: JSONValue) -> SettingsFacts {
        SettingsFacts(value, effective: schemas.systemSettings.applyingDefaults(to: value))
    }

    /// The facts of `state/format.json` are the layout's version.
    func format(_ file: StateFile) -> Document<Int> { json(file, schemas.format) { $0["version"]?.intValue } }

    /// An agent's Markdown document: UTF-8 without NUL, at most ``DocumentKind/maximumCharacters`` scalars.
    func markdown(_ file: StateFile) -> Document<Void> {
        let problems = MarkdownRules.problems(of: file)
        return Document(file: file, facts: problems.isEmpty ? () : nil, diagnostics: problems)
    }

    /// A skill: front matter by its schema, the name equal to the folder's, then Markdown.
    func skill(_ file: StateFile, id: SkillID) -> Document<SkillFacts> {
        let matter: FrontMatter
        do {
            matter = try FrontMatter(parsing: file.content)
        } catch {
            let problem = Diagnostic(
                .error,
                error.code.rawValue,
                file: file.path,
                position: error.position,
                error.message
            )
            return Document(file: file, facts: nil, diagnostics: [problem])
        }
        var problems = schemas.skill.validate(matter.value).map { violation in
            Diagnostic(violation, file: file.path, position: matter.position(of: violation))
        }
        let facts = SkillFacts(matter.value)
        if problems.isEmpty, !facts.name.hasSameBytes(as: id.description) {
            let pointer = JSONPointer(tokens: ["name"])
            problems.append(
                Diagnostic(
                    .error,
                    "skill.name",
                    file: file.path,
                    pointer: pointer,
                    position: matter.position(of: pointer),
                    "the name of a skill is its folder's",
                    hint: "write name: \(id)"
                )
            )
        }
        return Document(file: file, facts: problems.isEmpty ? facts : nil, diagnostics: problems)
    }

    private func json<Facts>(
        _ file: StateFile,
        _ schema: JSONSchema,
        _ read: (JSONValue) -> Facts?
    ) -> Document<Facts> {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: file.content)
        } catch {
            return Document(file: file, facts: nil, diagnostics: [Diagnostic(error, file: file.path)])
        }
        let violations = schema.validate(value)
        guard violations.isEmpty, let facts = read(value) else {
            return Document(file: file, facts: nil, diagnostics: Diagnostic.all(violations, file: file))
        }
        return Document(file: file, facts: facts, diagnostics: [])
    }
}
