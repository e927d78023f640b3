package import HTTPTypes

/// Finds the operation of a method and a path.
///
/// Literal segments win over parameters. Only canonical paths match: no empty segment, no `.` or `..`, no final slash,
/// no escape in a literal segment, and none that hides a separator or a control character.
package struct RouteTable: Sendable {
    /// The most segments of a path that can match.
    static let maximumDepth = 16

    package enum Match: Sendable {
        /// The operation and the decoded values of its path parameters, in the order of the template.
        case operation(Operation, [String])
        /// The methods of the path, sorted; `HEAD` comes with `GET`.
        case methodNotAllowed([String])
        case notFound
    }

    private struct Node: Sendable {
        var literals: [(segment: [UInt8], next: Int)] = []
        var parameter: Int?
        var operations: [Operation] = []
    }

    private var nodes = [Node()]

    init() {}

    /// Adds an operation; `false` when there is one for the same paths and method.
    mutating func add(_ operation: Operation) -> Bool {
        var current = 0
        for segment in operation.template.utf8.dropFirst().split(separator: UInt8(ascii: "/")) {
            current = child(of: current, for: segment.first == UInt8(ascii: "{") ? nil : Array(segment))
        }
        guard !nodes[current].operations.contains(where: { $0.method == operation.method }) else { return false }
        nodes[current].operations.append(operation)
        return true
    }

    private mutating func child(of node: Int, for literal: [UInt8]?) -> Int {
        if let literal, let known = nodes[node].literals.first(where: { $0.segment == literal }) { return known.next }
        if literal == nil, let known = nodes[node].parameter { return known }
        let next = nodes.count
        nodes.append(Node())
        if let literal { nodes[node].literals.append((literal, next)) } else { nodes[node].parameter = next }
        return next
    }

    /// Looks up a path as it stands in the request, without its query.
    package func match(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
        var path = path
        return path.withUTF8 { bytes in
            guard let (node, values) = find(UnsafeRawBufferPointer(bytes)) else { return .notFound }
            let wanted = method == .head ? .get : method
            for operation in nodes[node].operations where operation.method == wanted {
                return .operation(operation, values)
            }
            return .methodNotAllowed(Self.allowed(nodes[node].operations))
        }
    }

    private static func allowed(_ operations: [Operation]) -> [String] {
        let methods = operations.map(\.method.rawValue)
        return (methods.contains("GET") ? methods + ["HEAD"] : methods).sorted()
    }

    private func find(_ path: UnsafeRawBufferPointer) -> (node: Int, values: [String])? {
        guard path.first == UInt8(ascii: "/") else { return nil }
        var values: [String] = []
        guard let node = descend(from: 0, path, at: 1, depth: 0, &values) else { return nil }
        return (node, values)
    }

    private func descend(
        from index: Int,
        _ path: UnsafeRawBufferPointer,
        at start: Int,
        depth: Int,
        _ values: inout [String]
    ) -> Int? {
        guard depth < Self.maximumDepth else { return nil }
        var end = start
        while end < path.count, path[end] != UInt8(ascii: "/") { end += 1 }
        let segment = UnsafeRawBufferPointer(rebasing: path[start..<end])
        guard !segment.isEmpty else { return nil }
        let node = nodes[index]
        for (literal, next) in node.literals where Self.isEqual(segment, literal) {
            if let found = arrive(at: next, path, end, depth, &values) { return found }
        }
        guard let next = node.parameter, let value = PathSegment.decode(segment) else { return nil }
        values.append(value)
        if let found = arrive(at: next, path, end, depth, &values) { return found }
        values.removeLast()
        return nil
    }

    private func arrive(
        at index: Int,
        _ path: UnsafeRawBufferPointer,
        _ end: Int,
        _ depth: Int,
        _ values: inout [String]
    ) -> Int? {
        if end == path.count { return nodes[index].operations.isEmpty ? nil : index }
        return descend(from: index, path, at: end + 1, depth: depth + 1, &values)
    }

    private static func isEqual(_ segment: UnsafeRawBufferPointer, _ literal: [UInt8]) -> Bool {
        segment.count == literal.count && literal.withUnsafeBytes { $0.elementsEqual(segment) }
    }
}
