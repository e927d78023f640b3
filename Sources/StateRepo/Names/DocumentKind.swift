/// The Markdown documents that an agent's definition may have beside `agent.json`.
package enum DocumentKind: String, CaseIterable, Comparable, Sendable {
    case identity
    case soul
    case systemPrompt = "system_prompt"
    case instructions
    case rules
    case voicePrompt = "voice_prompt"
    case imagePrompt = "image_prompt"
    case memoryExtractionPrompt = "memory_extraction_prompt"

    /// The longest accepted document, in Unicode scalars.
    package static let maximumCharacters = 100_000

    package var fileName: String { "\(rawValue).md" }

    package init?(fileName: some StringProtocol) {
        guard fileName.hasSuffix(".md") else { return nil }
        self.init(rawValue: String(fileName.dropLast(3)))
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}
