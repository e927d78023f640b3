import Documents

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
                var details: JSONObject = ["reason": .string(error.code.rawValue)]
                details["operation"] = error.operation.map { JSONValue($0) }
                details["pointer"] = error.pointer.map { .string($0.description) }
                throw StateError(.stateInvalid, error.message, details: details)
            }
        }
    }
}
