/// A compiled schema.
package struct JSONSchema: Sendable {
    /// The deepest value that is looked into; parsed documents are at most 64 deep.
    package static let maximumDepth = 128

    let nodes: [SchemaNode]
    let root: Int

    var rules: SchemaRules { nodes[root].rules }

    package var title: String? { rules.title }

    package var description: String? { rules.description }

    package var defaultValue: JSONValue? { rules.defaultValue }

    package var isReadOnly: Bool { rules.isReadOnly }

    package var isWriteOnly: Bool { rules.isWriteOnly }

    /// Whether the whole value is `writeOnly`, here or by a reference: nothing of it is ever quoted.
    package var isSecret: Bool {
        SchemaOutline(nodes: nodes).closure(of: nodes[root]).contains(where: \.rules.isWriteOnly)
    }

    package var isDeprecated: Bool { rules.isDeprecated }

    /// Every way in which `value` breaks the schema, in the order of the document, at most
    /// ``SchemaViolation/maximumCount``; empty when it fits.
    package func validate(_ value: JSONValue) -> [SchemaViolation] {
        var validator = SchemaValidator(nodes: nodes)
        validator.evaluate(root, value)
        return validator.violations
    }

    /// Whether `value` fits; quicker than asking for the violations of one that does not.
    package func accepts(_ value: JSONValue) -> Bool {
        var validator = SchemaValidator(nodes: nodes)
        return validator.fits(root, value)
    }
}
