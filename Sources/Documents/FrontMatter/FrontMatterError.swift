/// Why a Markdown file's front matter is refused, and where in the file.
package struct FrontMatterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stable, machine-readable reason.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The first line is not `---`.
        case missing = "frontmatter.missing"
        /// No line `---` ends it.
        case unclosed = "frontmatter.unclosed"
        /// Not strict UTF-8, or a byte order mark.
        case encoding = "frontmatter.encoding"
        /// A character that has no place in a text file, or that readers of YAML disagree about.
        case character = "frontmatter.character"
        /// Not YAML.
        case malformed = "frontmatter.malformed"
        /// YAML, but not a mapping.
        case notMapping = "frontmatter.not_a_mapping"
        case multipleDocuments = "frontmatter.multiple_documents"
        /// An anchor (`&name`) or an alias (`*name`).
        case anchor = "frontmatter.anchor"
        case tag = "frontmatter.tag"
        case mergeKey = "frontmatter.merge_key"
        /// A key that is not a text.
        case complexKey = "frontmatter.complex_key"
        case duplicateKey = "frontmatter.duplicate_key"
        case keyTooLong = "frontmatter.key_too_long"
        case tooLarge = "frontmatter.too_large"
        case tooManyNodes = "frontmatter.too_many_nodes"
        case tooDeep = "frontmatter.too_deep"
    }

    package let code: Code
    package let message: String
    package let position: SourcePosition

    package init(_ code: Code, _ message: String, at position: SourcePosition) {
        self.code = code
        self.message = message
        self.position = position
    }

    package var description: String { "\(position): \(message) (\(code.rawValue))" }
}
