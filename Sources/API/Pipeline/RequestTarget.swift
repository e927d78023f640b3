/// The target of a request, split but not decoded (RFC 9112, section 3.2).
struct RequestTarget {
    let path: Substring
    /// Without the question mark; `nil` when there is none.
    let query: Substring?

    /// Takes origin-form; anything else has a path that no operation has.
    ///
    /// ``RequestLineHandler`` has resolved absolute-form.
    init(_ target: String) {
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        self.path = mark.map { target[..<$0] } ?? target[...]
        self.query = mark.map { target[target.utf8.index(after: $0)...] }
    }
}
