import API
import Documents
import Foundation
import GitTransport
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("The endpoint of git")
struct GitEndpointTests {
    private static let refs = "/git/state.git/info/refs?service=git-upload-pack"
    private static let fetch = "/git/state.git/git-upload-pack"
    private static let push = "/git/state.git/git-receive-pack"
    private static let fetchType: HTTPFields = [.contentType: "application/x-git-upload-pack-request"]
    private static let pushType: HTTPFields = [.contentType: "application/x-git-receive-pack-request"]

    private static func basic(_ password: String, user: String = "git") -> HTTPFields {
        [.authorization: "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()]
    }

    @Test("asks everybody for a password first, in the form that git understands")
    func challenge() async throws {
        try await withStateServer { server in
            var client = server.client
            client.token = nil
            let requests: [(HTTPRequest.Method, String, HTTPFields)] = [
                (.get, Self.refs, [:]), (.post, Self.fetch, Self.fetchType), (.post, Self.push, Self.pushType),
                (.get, Self.refs, [.authorization: "Digest x"]),
            ]
            for (method, target, headers) in requests {
                let body = method == .post ? "0000" : nil
                let answer = try await client.send(method, target, headers: headers, body: body)
                #expect(answer.status == 401)
                #expect(answer.code == "auth.required")
                #expect(answer.headers[.wwwAuthenticate] == "Basic realm=\"Gitplane\"")
            }
        }
    }

    @Test("takes a token as the password of any user, and as a bearer token")
    func credentials() async throws {
        try await withStateServer { server in
            var client = server.client
            client.token = nil
            let bearer: HTTPFields = [.authorization: "Bearer state:read"]
            for headers in [Self.basic("state:read"), Self.basic("state:read", user: ""), bearer] {
                let answer = try await client.send(.get, Self.refs, headers: headers)
                #expect(answer.status == 200)
                #expect(answer.headers[.contentType] == "application/x-git-upload-pack-advertisement")
                #expect(answer.headers[.cacheControl] == "no-cache")
                #expect(answer.text.hasPrefix("001e# service=git-upload-pack\n0000"))
                #expect(answer.text.contains(" refs/heads/main\n"))
            }
            let wrong: [HTTPFields] = [
                Self.basic("nobody"), Self.basic(""), [.authorization: "Basic ????"], [.authorization: "Basic"],
                [.authorization: "Basic " + Data("state:read".utf8.prefix(5)).base64EncodedString()],
            ]
            for headers in wrong {
                let answer = try await client.send(.get, Self.refs, headers: headers)
                #expect(answer.code == "auth.token_invalid")
                #expect(answer.headers[.wwwAuthenticate] == "Basic realm=\"Gitplane\"")
            }
        }
    }

    @Test("takes Basic nowhere else")
    func basicElsewhere() async throws {
        try await withStateServer { server in
            let answer = try await server.client.send(
                .get,
                "/api/control-plane/agents",
                headers: Self.basic("state:read")
            )
            #expect(answer.code == "auth.required")
        }
    }

    @Test("needs one scope to read and another to push")
    func scopes() async throws {
        try await withStateServer { server in
            let receive = "/git/state.git/info/refs?service=git-receive-pack"
            let reader = server.client(.stateRead)
            #expect(try await reader.send(.get, receive).code == "auth.insufficient_scope")
            let push = try await reader.send(.post, Self.push, headers: Self.pushType, body: "0000")
            #expect(push.code == "auth.insufficient_scope")
            let writer = server.client(.stateWrite)
            #expect(try await writer.send(.post, Self.push, headers: Self.pushType, body: "0000").status == 200)
            let fetch = try await writer.send(.post, Self.fetch, headers: Self.fetchType, body: "0000")
            #expect(fetch.code == "auth.insufficient_scope")
            #expect(try await server.client(.stateRead, .stateWrite).send(.get, receive).status == 200)
        }
    }

    @Test(
        "knows nothing of the dumb protocol, of other repositories and of other spellings of its path",
        arguments: [
            "/git/state.git/info/refs", "/git/state.git/HEAD", "/git/state.git/config",
            "/git/state.git/objects/info/packs",
            "/git/state.git", "/git/state.git/", "/git", "/git/other.git/info/refs?service=git-upload-pack",
            "/git/state.git/../state.git/info/refs?service=git-upload-pack",
            "/git/state.git/%2e%2e/info/refs?service=git-upload-pack",
            "/git//state.git/info/refs?service=git-upload-pack",
            "/git/state.git/info/refs/?service=git-upload-pack", "/git/state%2Egit/info/refs?service=git-upload-pack",
            "/git/STATE.git/info/refs?service=git-upload-pack", "/git/state.git/git-upload-archive",
        ]
    )
    func otherPaths(target: String) async throws {
        try await withStateServer { server in
            let answer = try await server.client.send(.get, target)
            #expect(answer.status == 404)
            #expect(answer.code == "request.route_not_found")
        }
    }

    @Test("refuses services and parameters that there are not")
    func otherServices() async throws {
        try await withStateServer { server in
            for query in ["service=git-upload-archive", "service=", "service=git-upload-pack&x=1", "service=--help"] {
                let answer = try await server.client.send(.get, "/git/state.git/info/refs?\(query)")
                #expect(answer.code == "request.invalid_parameter")
            }
        }
    }

    @Test("says which methods and which media types it takes")
    func methodsAndTypes() async throws {
        try await withStateServer { server in
            for (method, target, allowed) in [
                (HTTPRequest.Method.post, Self.refs, "GET, HEAD"), (.get, Self.fetch, "POST"),
                (.put, Self.push, "POST"),
            ] {
                let answer = try await server.client.send(method, target)
                #expect(answer.status == 405)
                #expect(answer.headers[.allow] == allowed)
            }
            for type in ["application/json", "application/x-git-upload-pack-request", "text/plain"] {
                let answer = try await server.client.send(
                    .post,
                    Self.push,
                    headers: [.contentType: type],
                    body: "0000"
                )
                #expect(answer.code == "request.unsupported_media_type")
                #expect(answer.headers[.accept] == "application/x-git-receive-pack-request")
            }
        }
    }

    @Test("speaks the version that is asked for, and the first one to whoever asks for none that there is")
    func versions() async throws {
        try await withStateServer { server in
            func start(_ version: String) async throws -> String {
                let field = try #require(HTTPField.Name("Git-Protocol"))
                return String(try await server.client.send(.get, Self.refs, headers: [field: version]).text.prefix(60))
            }
            let (second, first) = try await (start("version=2"), start("version=1"))
            #expect(second.hasPrefix("000eversion 2\n"))
            #expect(first.contains("000eversion 1\n"))
            for version in ["version=0", "version=99", "version=2:x", "--upload-pack=id", ""] {
                let other = try await start(version)
                #expect(!other.contains("version "))
            }
        }
    }

    @Test("answers a probe for pushes")
    func probe() async throws {
        try await withStateServer { server in
            let answer = try await server.client.send(.post, Self.push, headers: Self.pushType, body: "0000")
            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
            #expect(answer.headers[.contentType] == "application/x-git-receive-pack-result")
        }
    }

    @Test(
        "refuses bodies that are not git's",
        arguments: ["0003", "ffff", "zzzz", "0010", "+004", "0032want", "00", "\u{0}\u{0}\u{0}\u{0}"]
    )
    func malformed(body: String) async throws {
        try await withStateServer { server in
            let fetch = try await server.client.send(.post, Self.fetch, headers: Self.fetchType, body: body)
            #expect(fetch.code == "request.malformed_git")
            let push = try await server.client.send(.post, Self.push, headers: Self.pushType, body: body)
            #expect(push.code == "request.malformed_git")
        }
    }

    @Test("inflates gzip, whatever it expands to, and nothing else")
    func gzip() async throws {
        try await withStateServer { server in
            func send(
                _ target: String,
                _ type: HTTPFields,
                _ body: [UInt8],
                encoding: String = "gzip"
            ) async throws
                -> ContractClient.Answer
            {
                var headers = type
                headers[.contentEncoding] = encoding
                return try await server.client.send(.post, target, headers: headers, bytes: body)
            }
            let listing = try Gzip.compress(Array("0014command=ls-refs\n0000".utf8))
            #expect(try await send(Self.push, Self.pushType, Gzip.compress(Array("0000".utf8))).status == 200)
            var second = Self.fetchType
            second[try #require(HTTPField.Name("Git-Protocol"))] = "version=2"
            let refs = try await send(Self.fetch, second, listing)
            #expect(refs.status == 200)
            #expect(refs.text.contains(" refs/heads/main\n"))
            for damaged in [Array(listing.dropLast()), Array("0000".utf8), listing + [0]] {
                let answer = try await send(Self.fetch, Self.fetchType, damaged)
                #expect(answer.code == "request.malformed_git")
            }
            let bomb = try Gzip.compress([UInt8](repeating: 0x30, count: GitServer.maximumFetchRequest + 4))
            #expect(bomb.count < 64 << 10)
            #expect(try await send(Self.fetch, Self.fetchType, bomb).code == "request.too_large")
            let other = try await send(Self.push, Self.pushType, Array("0000".utf8), encoding: "br")
            #expect(other.code == "request.unsupported_media_type")
            #expect(other.headers[.acceptEncoding] == "gzip")
        }
    }

    @Test("takes requests of a fetch up to the limit", arguments: [0, 4])
    func fetchSize(excess: Int) async throws {
        try await withStateServer { server in
            let flushes = String(repeating: "0000", count: (GitServer.maximumFetchRequest + excess) / 4)
            let answer = try await server.client.send(.post, Self.fetch, headers: Self.fetchType, body: flushes)
            #expect(answer.status == (excess == 0 ? 200 : 413))
        }
    }
}
