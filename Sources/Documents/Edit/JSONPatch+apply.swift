extension JSONValue {
    /// The value after all operations of a patch.
    ///
    /// - Throws: ``JSONPatchError``: the first operation that fails, and why; nothing is applied then.
    package func applying(_ patch: JSONPatch) throws(JSONPatchError) -> JSONValue {
        var run = PatchRun(value: self)
        for (index, operation) in patch.operations.enumerated() {
            do throws(PatchFault) { try run.apply(operation) } catch {
                throw JSONPatchError(error.code, error.message, operation: index, at: error.pointer)
            }
        }
        return run.value
    }
}

/// A failed operation, before its place in the patch is known.
private struct PatchFault: Error {
    let code: JSONPatchError.Code
    let message: String
    let pointer: JSONPointer

    init(_ code: JSONPatchError.Code, _ message: String, at pointer: JSONPointer) {
        self.code = code
        self.message = message
        self.pointer = pointer
    }

    static func notFound(_ pointer: JSONPointer) -> PatchFault {
        PatchFault(.pathNotFound, "“\(pointer)” leads nowhere", at: pointer)
    }
}

/// Applies operations one after the other and keeps account of what they cost.
///
/// Copies can double a document, so their size is limited; moves cannot, but each has to be measured for its depth.
private struct PatchRun {
    /// How many bytes of compact JSON all operations together may copy.
    static let maximumCopied = JSONLimits.document.maximumBytes

    /// How many values all operations together may visit to find out how deep they are.
    static let maximumVisited = 10_000_000

    private(set) var value: JSONValue
    private var copied = 0
    private var visited = 0

    init(value: JSONValue) { self.value = value }

    mutating func apply(_ operation: JSONPatch.Operation) throws(PatchFault) {
        switch operation {
        case .add(let path, let new): try add(new, at: path)
        case .remove(let path): _ = try remove(at: path)
        case .replace(let path, let new): try replace(with: new, at: path)
        case .move(let source, let path): try move(from: source, to: path)
        case .copy(let source, let path): try copy(from: source, to: path)
        case .test(let path, let expected): try test(expected, at: path)
        }
    }
}

// MARK: - Operations

extension PatchRun {
    private mutating func add(_ new: JSONValue, at path: JSONPointer) throws(PatchFault) {
        try measure(new, at: path)
        guard let name = path.last else {
            value = new
            return
        }
        try value.change(at: path.parent.tokens[...], of: path) { (parent: inout JSONValue) throws(PatchFault) in
            switch parent {
            case .object(var object):
                parent = .null
                object[name] = new
                parent = .object(object)
            case .array(var items):
                let index = name == "-" ? items.count : JSONPointer.index(name)
                guard let index, index <= items.count else { throw .notFound(path) }
                parent = .null
                items.insert(new, at: index)
                parent = .array(items)
            case .null, .bool, .number, .string: throw .notFound(path)
            }
        }
    }

    private mutating func replace(with new: JSONValue, at path: JSONPointer) throws(PatchFault) {
        try measure(new, at: path)
        try value.change(at: path.tokens[...], of: path) { $0 = new }
    }

    private mutating func remove(at path: JSONPointer) throws(PatchFault) -> JSONValue {
        guard let name = path.last else {
            throw PatchFault(.rootRemoved, "the whole document cannot be removed", at: path)
        }
        return try value.change(at: path.parent.tokens[...], of: path) {
            (parent: inout JSONValue) throws(PatchFault) -> JSONValue in
            switch parent {
            case .object(var object):
                parent = .null
                guard let removed = object.removeValue(forKey: name) else { throw .notFound(path) }
                parent = .object(object)
                return removed
            case .array(var items):
                guard let index = JSONPointer.index(name), items.indices.contains(index) else { throw .notFound(path) }
                parent = .null
                let removed = items.remove(at: index)
                parent = .array(items)
                return removed
            case .null, .bool, .number, .string: throw .notFound(path)
            }
        }
    }

    private mutating func move(from source: JSONPointer, to path: JSONPointer) throws(PatchFault) {
        guard value[source] != nil else { throw .notFound(source) }
        guard source != path else { return }
        guard !source.contains(path) else {
            throw PatchFault(.moveIntoChild, "“\(source)” cannot be moved into itself", at: path)
        }
        try add(try remove(at: source), at: path)
    }

    private mutating func copy(from source: JSONPointer, to path: JSONPointer) throws(PatchFault) {
        guard let original = value[source] else { throw .notFound(source) }
        copied += original.compactBytes.count
        guard copied <= Self.maximumCopied else {
            throw PatchFault(.tooLarge, "the operations copy more than \(Self.maximumCopied) bytes", at: source)
        }
        try add(original, at: path)
    }

    private func test(_ expected: JSONValue, at path: JSONPointer) throws(PatchFault) {
        guard let actual = value[path] else { throw .notFound(path) }
        guard actual == expected else {
            throw PatchFault(.testFailed, "“\(path)” has another value than the test expects", at: path)
        }
    }

    /// Refuses a value that would be nested too deep at `path`.
    private mutating func measure(_ new: JSONValue, at path: JSONPointer) throws(PatchFault) {
        let depth = new.depth(counting: &visited)
        guard visited <= Self.maximumVisited else {
            throw PatchFault(.tooLarge, "the operations move too much", at: path)
        }
        let limit = JSONLimits.document.maximumDepth
        guard depth == 0 || path.tokens.count + depth <= limit else {
            throw PatchFault(.tooDeep, "the result is nested more than \(limit) deep", at: path)
        }
    }
}

extension JSONValue {
    /// How many arrays and objects are nested in each other here; 0 for a scalar.
    fileprivate func depth(counting visited: inout Int) -> Int {
        visited += 1
        switch self {
        case .null, .bool, .number, .string: return 0
        case .array(let items): return 1 + items.reduce(0) { max($0, $1.depth(counting: &visited)) }
        case .object(let object): return 1 + object.reduce(0) { max($0, $1.value.depth(counting: &visited)) }
        }
    }

    /// Changes what the tokens lead to in place: containers on the way are taken out, not copied.
    fileprivate mutating func change<Result>(
        at tokens: ArraySlice<String>,
        of pointer: JSONPointer,
        _ body: (inout JSONValue) throws(PatchFault) -> Result
    ) throws(PatchFault) -> Result {
        guard let token = tokens.first else { return try body(&self) }
        let rest = tokens.dropFirst()
        switch self {
        case .object(var object):
            self = .null
            let result = try object.update(token) { (member: inout JSONValue) throws(PatchFault) in
                try member.change(at: rest, of: pointer, body)
            }
            guard let result else { throw .notFound(pointer) }
            self = .object(object)
            return result
        case .array(var items):
            guard let index = JSONPointer.index(token), items.indices.contains(index) else { throw .notFound(pointer) }
            self = .null
            let result = try items[index].change(at: rest, of: pointer, body)
            self = .array(items)
            return result
        case .null, .bool, .number, .string: throw .notFound(pointer)
        }
    }
}
