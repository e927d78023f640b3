/// The target of a request line, split but not decoded (RFC 9112, section 3.2).
struct RequestTarget {
    let path: Substring
    /// Without the question mark; `nil` when there is none.
    let query: Substring?

    /// Takes origin-form and, as RFC 9112 demands of servers, absolute-form; anything else has a path that no
    /// operation has.
    init(_ target: String) {
        var rest = target[...]
        for scheme in ["http://", "https://"] where rest.utf8.count > scheme.utf8.count {
            let start = rest.utf8.prefix(scheme.utf8.count)
            guard start.equalsIgnoringCase(scheme) else { continue }
            let afterAuthority = rest.utf8.dropFirst(scheme.utf8.count).firstIndex { $0 == 0x2F || $0 == 0x3F }
            rest = afterAuthority.map { rest[$0...] } ?? "/"
        }
        let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?"))
        self.path = mark.map { rest[..<$0] } ?? rest
        self.query = mark.map { rest[rest.utf8.index(after: $0)...] }
    }
}
