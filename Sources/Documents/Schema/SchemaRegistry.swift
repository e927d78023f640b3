/// A closed set of JSON Schemas (2020-12): compiled once, at start, and checked as strictly as the values later are.
///
/// Accepted are the keywords of ``keywords`` and `x-…` ones, which mean nothing; `format` asserts. Every other keyword,
/// a keyword's wrong value, a reference that leads nowhere and a bad expression are faults. Nothing is ever fetched:
/// references reach what was registered.
package struct SchemaRegistry: Sendable {
    private var compiler: SchemaCompiler

    /// Every keyword that is accepted.
    package static var keywords: [String] { SchemaCompiler.keywords }

    /// Compiles schema documents.
    ///
    /// - Parameters:
    ///   - documents: Schemas by name; the name is what faults say and, next to `$id`, what references can use.
    ///   - resources: Documents that are no schemas but hold some, by the URI that references use, for instance an
    ///     OpenAPI document; what they hold is compiled when it is referred to or asked for by ``compile(at:in:)``.
    /// - Throws: ``SchemaError`` with every fault of every document.
    package init(
        _ documents: [(name: String, value: JSONValue)],
        resources: [(id: String, value: JSONValue)] = []
    ) throws(SchemaError) {
        var compiler = SchemaCompiler()
        for document in documents {
            compiler.faults += compiler.library.add(document.value, named: document.name, isSchema: true)
        }
        for resource in resources {
            compiler.faults += compiler.library.add(resource.value, named: resource.id, isSchema: false)
        }
        for document in documents {
            _ = compiler.compile(at: SchemaLibrary.Location(document: document.name, pointer: .root))
        }
        compiler.checkCycles(from: 0)
        guard compiler.faults.isEmpty else { throw SchemaError(faults: compiler.faults) }
        self.compiler = compiler
    }

    /// The schema of this `$id` or name.
    package func schema(id: String) -> JSONSchema? { schema(id, at: .root) }

    /// A schema inside the one of this `$id` or name, for instance at `/$defs/limits`.
    package func schema(_ id: String, at pointer: JSONPointer) -> JSONSchema? {
        guard let root = compiler.library.resolve(id, base: id) else { return nil }
        let tokens = root.pointer.tokens + pointer.tokens
        let location = SchemaLibrary.Location(document: root.document, pointer: JSONPointer(tokens: tokens))
        return compiler.places[location].map { JSONSchema(nodes: compiler.nodes, root: $0) }
    }

    /// Compiles a schema that stands in a registered document, with everything it refers to.
    package mutating func compile(at pointer: JSONPointer, in id: String) throws(SchemaError) -> JSONSchema {
        guard let root = compiler.library.resolve(id, base: id) else { throw Self.unknown(id, pointer) }
        let tokens = root.pointer.tokens + pointer.tokens
        return try compile(SchemaLibrary.Location(document: root.document, pointer: JSONPointer(tokens: tokens)))
    }

    /// Compiles a schema that stands in no document; its relative references are meant as in the document `baseID`.
    package mutating func compile(_ value: JSONValue, baseID: String) throws(SchemaError) -> JSONSchema {
        guard let base = compiler.library.resolve(baseID, base: baseID) else { throw Self.unknown(baseID, .root) }
        let name = compiler.library.addInline(value, base: base)
        return try compile(SchemaLibrary.Location(document: name, pointer: .root))
    }

    private mutating func compile(_ location: SchemaLibrary.Location) throws(SchemaError) -> JSONSchema {
        var next = compiler
        let first = next.nodes.count
        let node = next.compile(at: location)
        next.checkCycles(from: first)
        guard next.faults.isEmpty else { throw SchemaError(faults: next.faults) }
        compiler = next
        return JSONSchema(nodes: next.nodes, root: node)
    }

    private static func unknown(_ id: String, _ pointer: JSONPointer) -> SchemaError {
        SchemaError(faults: [
            SchemaError.Fault(
                code: .unresolvedReference,
                schema: id,
                pointer: pointer,
                message: "No document of this id or name is registered."
            )
        ])
    }
}
