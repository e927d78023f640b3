import Access
import HTTPTypes

/// Headers and body of an answer that shows a secret, as the bytes that are sealed: a cookie is as secret as a body.
struct SealedAnswer: Hashable {
    let headers: [IdempotencyRecord.Header]
    let body: [UInt8]

    init(_ headers: [IdempotencyRecord.Header], _ body: [UInt8]) {
        self.headers = headers
        self.body = body
    }

    /// `nil` for bytes without the empty line that ends the headers.
    init?(bytes: [UInt8]) {
        var headers: [IdempotencyRecord.Header] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            if line.isEmpty {
                self.init(headers, Array(rest))
                return
            }
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers.append(IdempotencyRecord.Header(name: String(line[..<colon]), value: String(value)))
        }
        return nil
    }

    /// A line for each header, an empty line, the body.
    var bytes: [UInt8] {
        headers.flatMap { Array("\($0.name): \($0.value)\n".utf8) } + [UInt8(ascii: "\n")] + body
    }
}

extension IdempotencyRecord.Header {
    func isNamed(_ name: HTTPField.Name) -> Bool { HTTPField.Name(self.name) == name }
}
