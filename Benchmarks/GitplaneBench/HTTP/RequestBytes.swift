/// The bytes of a request, made once and sent often.
struct RequestBytes: Sendable {
    static let token = "bench-bench-bench-bench-bench-bench"

    let bytes: [UInt8]

    static func get(_ path: String, token: String = Self.token) -> RequestBytes {
        RequestBytes("GET", path, body: nil, token: token)
    }

    /// - Parameter tag: what the client has already.
    static func get(_ path: String, unless tag: String) -> RequestBytes {
        RequestBytes("GET", path, body: nil, headers: ["If-None-Match: \(tag)"])
    }

    static func patch(_ path: String, _ body: String) -> RequestBytes { RequestBytes("PATCH", path, body: body) }

    /// Without a credential.
    ///
    /// - Parameter address: from where it comes, for a server that believes it.
    static func post(_ path: String, json body: String, from address: String? = nil) -> RequestBytes {
        let headers = address.map { ["X-Forwarded-For: \($0)"] } ?? []
        return RequestBytes("POST", path, body: body, token: nil, type: "application/json", headers: headers)
    }

    private init(
        _ method: String,
        _ path: String,
        body: String?,
        token: String? = Self.token,
        type: String = "application/merge-patch+json",
        headers: [String] = []
    ) {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1"]
        if let token { lines.append("Authorization: Bearer \(token)") }
        if let body {
            lines += ["Content-Type: \(type)", "Content-Length: \(body.utf8.count)"]
        }
        lines += headers
        self.bytes = Array((lines + ["", body ?? ""]).joined(separator: "\r\n").utf8)
    }
}
