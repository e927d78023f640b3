/// A skill: `SKILL.md`, and the names of the files beside it.
package struct SkillFolder: Sendable {
    package let id: SkillID
    /// `nil` while the folder holds other files but no `SKILL.md`.
    package let document: Document<SkillFacts>?
    /// Files in `references/`, `assets/` and `scripts/`, by path.
    package let assets: [Asset]

    package struct Asset: Hashable, Sendable {
        /// Relative to the repository's root.
        package let path: String
        package let blob: BlobID
    }

    package var facts: SkillFacts? { document?.facts }

    var fileCount: Int { (document == nil ? 0 : 1) + assets.count }

    package var diagnostics: [Diagnostic] {
        guard let document else {
            let file = "skills/\(id)/SKILL.md"
            return [Diagnostic(.error, "layout.skill_missing", file: file, "a skill's folder needs SKILL.md")]
        }
        return document.diagnostics
    }
}
