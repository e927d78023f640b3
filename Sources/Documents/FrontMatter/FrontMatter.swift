/// A Markdown file that begins with a YAML mapping between two `---` lines.
///
/// Read is a plain subset of YAML 1.2 that maps to JSON without loss or surprise: mappings with text keys, sequences,
/// quoted, block and plain scalars. Plain `true`, `false`, `null`, `~`, an empty value and what JSON would read as a
/// number mean what they say; every other plain scalar, `no`, `0o14`, `1:30` and dates among them, is a string.
/// Anchors, aliases, tags, merge keys, complex and duplicate keys are refused.
package struct FrontMatter: Sendable {
    /// The most bytes between the two `---` lines; checked before they are parsed.
    package static let maximumLength = 16 * 1_024
    /// The most mappings, sequences, scalars and keys together.
    package static let maximumNodes = 200
    /// How many mappings and sequences may be open at once, the outermost included.
    package static let maximumDepth = 8

    /// The whole file as it was read.
    package let source: String
    /// The mapping; always an object, empty when there is nothing between the delimiters.
    package let value: JSONValue
    /// The text after the closing line, without the one blank line that may follow it.
    package var body: String { sections.body }
    /// The line that ``body`` begins on, counted from 1.
    package var bodyStartLine: Int { sections.bodyStartLine }

    let sections: FrontMatterSections
    private let places: [JSONPointer: YAMLPlace]

    /// Reads a whole file.
    ///
    /// - Throws: ``FrontMatterError``, with ``FrontMatterError/Code/missing`` when the file has no front matter at all.
    package init(parsing markdown: [UInt8]) throws(FrontMatterError) {
        let sections = try FrontMatterSections(markdown)
        var reader = YAMLReader(sections.yaml, firstLine: 2)
        self.value = try reader.read()
        self.source = sections.source
        self.sections = sections
        self.places = reader.places
    }

    /// Where the value at `pointer` begins in the file.
    package func position(of pointer: JSONPointer) -> SourcePosition? { places[pointer]?.value }

    /// Where the key that names the value at `pointer` begins; `nil` for items of sequences and the root.
    package func keyPosition(of pointer: JSONPointer) -> SourcePosition? { places[pointer]?.key }
}
