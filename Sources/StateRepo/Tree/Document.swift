/// A file together with what the server understood of it.
package struct Document<Facts: Sendable>: Sendable {
    package let file: StateFile
    /// What the logic needs from the content; `nil` when the content breaks its schema.
    package let facts: Facts?
    /// Everything that is wrong with the file by itself; references are judged apart.
    package let diagnostics: [Diagnostic]

    package var isBroken: Bool { facts == nil }
}
