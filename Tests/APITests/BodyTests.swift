import Documents
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import API

@Suite("Bodies of requests")
struct BodyTests {
    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        type: String? = "application/json",
        _ body: String?
    ) async throws -> ContractClient.Answer {
        let authorization = HTTPField(name: .authorization, value: "Bearer \(FakeServer.ownerToken)")
        let contentType = type.map { [HTTPField(name: .contentType, value: $0)] } ?? []
        let headers = HTTPFields([authorization] + contentType)
        return try await FakeServer.application().test(.router) { client in
            let response = try await client.executeRequest(
                uri: path,
                method: method,
                headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            )
            let bytes = Array(response.body.readableBytesView)
            let faults = ContractChecker(try FakeServer.contract())
                .faults(of: method, path, status: Int(response.status.code), headers: response.headers, body: bytes)
            #expect(faults.isEmpty)
            return ContractClient.Answer(status: Int(response.status.code), headers: response.headers, body: bytes)
        }
    }

    @Test("One whose client ends it in the middle is 400, not a failure of the server")
    func cutShort() async throws {
        struct Reset: Error {}
        let parts = AsyncThrowingStream<ByteBuffer, any Error> { stream in
            stream.yield(ByteBuffer(string: "{\"na"))
            stream.finish(throwing: Reset())
        }
        let head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/api/items")
        let request = Request(head: head, body: RequestBody(asyncSequence: parts))
        let specification = try #require(try FakeServer.contract().operation("createItem")?.body)
        let problem = await #expect(throws: ProblemError.self) {
            try await BodyReader.read(request, for: specification)
        }
        #expect(problem?.code == "request.malformed_json")
    }

    @Test(
        "The media type decides what a PATCH means",
        arguments: [
            ("application/json", "{}", "application/json"),
            ("Application/JSON; charset=UTF-8", "{}", "application/json"),
            ("application/merge-patch+json", "{}", "application/merge-patch+json"),
            ("application/json-patch+json ; charset=\"utf-8\"", "[]", "application/json-patch+json"),
        ]
    )
    func mediaTypes(_ type: String, _ body: String, _ understood: String) async throws {
        let answer = try await send(.patch, "/api/items/a", type: type, body)
        #expect(try answer.json()["media_type"]?.stringValue == understood)
    }

    @Test(
        "Any other media type is 415 and says which would do",
        arguments: [
            nil, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
            "application/json; charset=utf-16", "application/json; charset=utf-8; x=y", "application/json-patch+json",
            "application/jsonx", "application/json, application/json", "json",
        ]
    )
    func unsupported(_ type: String?) async throws {
        let answer = try await send(.post, "/api/items", type: type, #"{"name":"a"}"#)
        #expect(answer.status == 415)
        #expect(answer.code == "request.unsupported_media_type")
        let supported = try answer.json()["details"]?["supported"]?.arrayValue?.compactMap(\.stringValue)
        #expect(supported == ["application/json"])
    }

    @Test("A POST whose body is optional needs neither body nor media type", arguments: [nil, "", "text/plain"])
    func optional(_ type: String?) async throws {
        for body in [nil, ""] {
            let answer = try await send(.post, "/api/items/a/publish", type: type, body)
            #expect(answer.status == 200)
            #expect(try answer.json()["body"] == nil)
        }
    }

    @Test("What is sent to an operation that takes no body is not looked at")
    func ignored() async throws {
        let answer = try await send(.delete, "/api/items/a", type: "text/plain", "{")
        #expect(answer.status == 200)
        #expect(try answer.json()["body"] == nil)
    }

    @Test(
        "Text that is not JSON is 400 with its place",
        arguments: [
            ("", 1, 1), ("{", 1, 2), ("{\n  \"name\": a}", 2, 11), (#"{"name":"a","name":"b"}"#, 1, 13),
            ("\u{FEFF}{}", 1, 1), (#"{"name":"\ud800"}"#, 1, 10), ("{} {}", 1, 4), (#"{"name":"a",}"#, 1, 13),
        ]
    )
    func malformed(_ body: String, _ line: Int, _ column: Int) async throws {
        let answer = try await send(.post, "/api/items", body)
        #expect(answer.status == 400)
        #expect(answer.code == "request.malformed_json")
        let details = try answer.json()["details"]
        #expect(details?["line"]?.intValue == line)
        #expect(details?["column"]?.intValue == column)
    }

    @Test("A body that does not fit its schema is 422 with every violation and its place")
    func violations() async throws {
        let answer = try await send(.post, "/api/items", "{\n  \"size\": 0,\n  \"nmae\": \"a\"\n}")
        #expect(answer.status == 422)
        #expect(answer.code == "request.invalid")
        let details = try answer.json()["details"]?.arrayValue ?? []
        let seen = Set(
            details.map { finding in
                let place = "\(finding["line"]?.intValue ?? 0):\(finding["column"]?.intValue ?? 0)"
                return "\(finding["pointer"]?.stringValue ?? "-") \(finding["code"]?.stringValue ?? "-") \(place)"
            }
        )
        #expect(seen == [" object.required 1:1", "/size number.minimum 2:11", "/nmae object.unknown_field 3:3"])
        #expect(details.first?.objectValue?.keys == ["pointer", "code", "message", "line", "column"])
    }

    @Test("The handler gets the body's value and its text")
    func value() async throws {
        let answer = try await send(.post, "/api/items", #"{"size": 1.0, "name": "a"}"#)
        #expect(try answer.json()["body"]?.description == #"{"size":1.0,"name":"a"}"#)
    }

    @Test("A body as large as allowed is read, one byte more is 413", arguments: [(0, 200), (1, 413)])
    func size(_ excess: Int, _ status: Int) async throws {
        let frame = #"{"name":""}"#.utf8.count
        let text = String(repeating: "a", count: RequestLimits.maximumBodyBytes - frame + excess)
        let answer = try await send(.post, "/api/items", #"{"name":"\#(text)"}"#)
        #expect(answer.status == status)
        if status == 413 {
            #expect(answer.code == "request.too_large")
            #expect(try answer.json()["details"]?["maximum_bytes"]?.intValue == RequestLimits.maximumBodyBytes)
            #expect(answer.headers[.connection] == "close")
        }
    }

    @Test(
        "A refused request closes the connection only when much of its body may still come",
        arguments: [(64 << 10, false), ((64 << 10) + 1, true)]
    )
    func closing(_ size: Int, _ isClosed: Bool) async throws {
        let answer = try await send(.put, "/api/items", String(repeating: "a", count: size))
        #expect(answer.status == 405)
        #expect((answer.headers[.connection] == "close") == isClosed)
    }
}
