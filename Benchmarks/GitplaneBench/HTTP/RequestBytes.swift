/// The bytes of a request, made once and sent often.
struct RequestBytes: Sendable {
    static let token = "bench-bench-bench-bench-bench-bench"

    let bytes: [UInt8]

    static func get(_ path: String, token: String = Self.token) -> RequestBytes {
        RequestBytes("GET", path, body: nil, token: token)
    }

    static func patch(_ path: String, _ body: String) -> RequestBytes { RequestBytes("PATCH", path, body: body) }

    private init(_ method: String, _ path: String, body: String?, token: String = Self.token) {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Authorization: Bearer \(token)"]
        if let body {
            lines += ["Content-Type: application/merge-patch+json", "Content-Length: \(body.utf8.count)"]
        }
        self.bytes = Array((lines + ["", body ?? ""]).joined(separator: "\r\n").utf8)
    }
}
