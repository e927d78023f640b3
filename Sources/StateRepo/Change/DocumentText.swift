package import Documents

/// Writes documents as files: untouched parts of a present file keep their bytes, a new file gets the house style.
enum DocumentText {
    static func json(_ value: JSONValue, replacing file: StateFile?, schema: JSONSchema) -> [UInt8] {
        let order = MemberOrder { schema.memberOrder(at: $0) }
        guard let file else { return JSONDocument(formatting: value, order: order).source }
        do {
            return try JSONDocument(parsing: file.content).edited(to: value, order: order).source
        } catch {
            // What is no JSON has no formatting to keep.
            return JSONDocument(formatting: value, order: order).source
        }
    }
}

extension JSONValue {
    /// - Throws: `state.invalid` when a JSON Patch leads nowhere, with the operation and its place.
    func applying(_ patch: DocumentPatch) throws(StateError) -> JSONValue {
        switch patch {
        case .merge(let value): return applying(mergePatch: value)
        case .operations(let operations):
            do {
                return try applying(operations)
            } catch {
                throw StateError(.stateInvalid, "the patch cannot be applied", diagnostics: [Diagnostic(error)])
            }
        }
    }
}

extension JSONValue {
    /// What a patch left of an object.
    ///
    /// - Throws: `state.invalid` when it left something else.
    func patchedObject() throws(StateError) -> JSONObject {
        if let object = objectValue { return object }
        let problem = Diagnostic(.error, "value.type", file: "", pointer: .root, "the patch leaves no object")
        throw StateError(.stateInvalid, "the patch cannot be applied", diagnostics: [problem])
    }
}

extension Diagnostic {
    /// A JSON Patch that leads nowhere; the operation is counted from 0, as in the patch.
    package init(_ error: JSONPatchError) {
        let place = error.operation.map { "operation \($0): " } ?? ""
        self.init(.error, error.code.rawValue, file: "", pointer: error.pointer, place + error.message)
    }
}
