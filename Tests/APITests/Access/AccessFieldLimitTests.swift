import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@testable import API
@testable import Access

@Suite("Lengths of what accounts and tokens are called")
struct AccessFieldLimitTests {
    private static let base = "/api/control-plane/auth"

    private static func text(_ length: Int) -> JSONValue { .string(String(repeating: "a", count: length)) }

    private static func registration(_ fields: JSONObject) -> JSONValue {
        var body: JSONObject = ["email": "ada@example.com", "password": .string(AccessFixture.password)]
        for member in fields { body[member.key] = member.value }
        return .object(body)
    }

    @Test("An owner's names may be so long and no longer")
    func owner() async throws {
        try await withAccessServer { (server: AccessServer) async throws in
            let code = try await server.access.control.issueSetupCode(by: .server, from: .local).text
            let domain = "@example.com"
            let longest: JSONObject = [
                "email": .string(
                    String(repeating: "a", count: OperatorAccount.maximumEmailLength - domain.utf8.count) + domain
                ),
                "username": Self.text(OperatorAccount.maximumUsernameLength),
                "display_name": Self.text(OperatorAccount.maximumDisplayNameLength),
                "setup_code": .string(code),
            ]
            for field in ["email", "username", "display_name"] {
                var fields = longest
                fields[field] = longest[field]?.stringValue.map { .string("a" + $0) }
                let target = "\(Self.base)/register-owner"
                let answer = try await server.client.send(.post, target, json: Self.registration(fields))
                #expect(answer.code == "request.invalid", "\(field)")
            }
            let made = try await server.client.send(
                .post,
                "\(Self.base)/register-owner",
                json: Self.registration(longest)
            )
            #expect(made.status == 201)
        }
    }

    @Test("A token's name may be so long and no longer")
    func token() async throws {
        try await withAccessServer { (server: AccessServer) async throws in
            for (length, status) in [
                (APITokenRecord.maximumNameLength, 201), (APITokenRecord.maximumNameLength + 1, 422),
            ] {
                let answer = try await server.client.send(
                    .post,
                    "\(Self.base)/tokens",
                    headers: [.authorization: "Bearer \(AccessFixture.breakGlass)"],
                    json: ["name": Self.text(length)]
                )
                #expect(answer.status == status)
            }
        }
    }

    @Test("So many connections are told that they are one too many; further ones until one of them has gone are not")
    func refused() {
        let counter = ConnectionCounter(ConnectionRules(total: 0))
        for _ in 0..<ConnectionCounter.maximumRefused { #expect(counter.refuse()) }
        #expect(!counter.refuse())
        counter.refused()
        #expect(counter.refuse())
    }
}
