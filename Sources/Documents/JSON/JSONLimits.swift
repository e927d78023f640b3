/// How much a JSON text may hold before it is refused.
package struct JSONLimits: Hashable, Sendable {
    /// The longest accepted member name, in bytes of UTF-8 after unescaping.
    package static let maximumKeyLength = 256

    /// Documents of the state repository and bodies of requests: 1 MiB, depth 64, 200,000 values.
    package static let document = JSONLimits(maximumBytes: 1 << 20, maximumDepth: 64, maximumNodes: 200_000)

    package let maximumBytes: Int
    /// How many arrays and objects may be open at once; the recursion of the parser and of everything that walks a
    /// value is as deep as this, so it stays small.
    package let maximumDepth: Int
    /// How many values of any kind, containers included.
    package let maximumNodes: Int

    package init(maximumBytes: Int, maximumDepth: Int, maximumNodes: Int) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumNodes = maximumNodes
    }
}
