import Foundation
import HTTPTypes
import Hummingbird

/// `git http-backend` behind a server that does nothing else (CGI, RFC 3875).
struct GitBackend: Sendable {
    /// The absolute path of the bare repository.
    let repository: String

    /// The last part of the repository's path, which is its path on the server too.
    var name: String { URL(filePath: repository).lastPathComponent }

    func routes() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.get(RouterPath("\(name)/**")) { request, _ in try await answer(request) }
        router.post(RouterPath("\(name)/**")) { request, _ in try await answer(request) }
        return router
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = Data(try await request.body.collect(upTo: 16 << 20).readableBytesView)
        let environment = environment(request, length: body.count)
        let printed = try await onOwnThread { try Self.run(environment, body) }
        guard let end = printed.firstRange(of: Data("\r\n\r\n".utf8)) else { throw BenchError("no answer of git") }
        var (headers, status) = (HTTPFields(), 200)
        for line in String(decoding: printed[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let field = HTTPField.Name(String(parts[0])) else { continue }
            let value = parts[1].drop { $0 == " " }
            if field.canonicalName == "status" {
                status = Int(value.prefix(3)) ?? 500
            } else {
                headers[field] = String(value)
            }
        }
        let content = ByteBuffer(bytes: printed[end.upperBound...])
        return Response(status: .init(code: status), headers: headers, body: ResponseBody(byteBuffer: content))
    }

    private func environment(_ request: Request, length: Int) -> [String: String] {
        var environment = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": "ada",
            "GIT_PROJECT_ROOT": URL(filePath: repository).deletingLastPathComponent().path,
            "REQUEST_METHOD": request.method.rawValue, "PATH_INFO": request.uri.path, "CONTENT_LENGTH": String(length),
            "QUERY_STRING": request.uri.query ?? "",
        ]
        environment["CONTENT_TYPE"] = request.headers[.contentType]
        environment["HTTP_CONTENT_ENCODING"] = request.headers[.contentEncoding]
        environment["GIT_PROTOCOL"] = HTTPField.Name("Git-Protocol").flatMap { request.headers[$0] }
        return environment
    }

    private static func run(_ environment: [String: String], _ body: Data) throws -> Data {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = ["http-backend"]
        process.environment = environment
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: body)
        try input.fileHandleForWriting.close()
        let printed = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return printed
    }
}
