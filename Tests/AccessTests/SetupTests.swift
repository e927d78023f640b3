import Access
import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The first run")
struct SetupTests {
    private static func code(_ body: @Sendable () async throws -> Void) async throws -> AccessRefusal.Code? {
        do {
            try await body()
            return nil
        } catch let refusal as AccessRefusal {
            return refusal.code
        }
    }

    private static func registration(token: String? = nil, code: String? = nil) -> OwnerRegistration {
        var registration = OwnerRegistration(email: "ada@example.com", password: AccessFixture.password)
        registration.registrationToken = token
        registration.setupCode = code
        return registration
    }

    @Test("The code stands in a file for its owner alone, and only there")
    func file() async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory)
            let code = try await access.control.issueSetupCode(by: .server, from: .local)
            #expect(code.text.wholeMatch(of: /[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2}/) != nil)
            #expect(try access.setupCode() == code.text)
            let path = directory.appending(path: "setup-code").path
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            let database = try Data(contentsOf: directory.appending(path: "local.sqlite"))
            let log = try Data(contentsOf: directory.appending(path: "local.sqlite-wal"))
            #expect((database + log).range(of: Data(code.text.utf8)) == nil)
        }
    }

    @Test("A code becomes a token, a token the owner; both are good once")
    func exchange() async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory)
            let control = access.control
            let code = try await control.issueSetupCode(by: .server, from: .local).text
            let token = try await control.exchange(
                code.lowercased().replacing("-", with: " "),
                from: AccessFixture.home
            )
            let used = try await Self.code { _ = try await control.exchange(code, from: .local) }
            #expect(used == .setupCodeInvalid)
            let owner = try await control.registerOwner(Self.registration(token: token.text), from: AccessFixture.home)
            #expect(owner.login.account.username == "ada")
            #expect(Set(owner.recoveryCodes).count == 10)
            let again = try await Self.code {
                _ = try await control.registerOwner(Self.registration(token: token.text), from: .local)
            }
            #expect(again == .ownerExists)
            #expect(try access.setupCode() == nil)
            let late = try await Self.code { _ = try await control.issueSetupCode(by: .server, from: .local) }
            #expect(late == .ownerExists)
        }
    }

    @Test("Whoever loses the token, or lets the code grow old, finds a good code in the file")
    func noDeadEnd() async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory)
            let first = try await access.control.issueSetupCode(by: .server, from: .local).text
            _ = try await access.control.exchange(first, from: .local)
            let second = try #require(try access.setupCode())
            #expect(second != first)
            access.clock.advance(by: SetupCodeRecord.lifetime)
            let old = try await Self.code { _ = try await access.control.exchange(second, from: .local) }
            #expect(old == .setupCodeInvalid)
            #expect(try await access.control.renewSetupCode() != nil)
            let third = try #require(try access.setupCode())
            #expect(try await access.control.renewSetupCode() == nil)
            let again = try AccessFixture(in: directory, clock: access.clock)
            _ = try await again.control.registerOwner(Self.registration(code: third), from: .local)
            #expect(again.control.account != nil)
        }
    }

    @Test(
        "Nobody registers without token and code, or with wrong ones",
        arguments: ["", "AAAA-AAAA-AAAA", "x", "kreg_0"]
    )
    func refused(_ text: String) async throws {
        try await withTemporaryDirectory { directory in
            let control = try AccessFixture(in: directory).control
            _ = try await control.issueSetupCode(by: .server, from: .local)
            for registration in [Self.registration(code: text), Self.registration(token: text)] {
                let code = try await Self.code { _ = try await control.registerOwner(registration, from: .local) }
                #expect(code == .setupCodeInvalid)
            }
            let code = try await Self.code { _ = try await control.registerOwner(Self.registration(), from: .local) }
            #expect(code == .setupNotPermitted)
        }
    }

    @Test("A registration token ends after 30 minutes")
    func expiry() async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory)
            let code = try await access.control.issueSetupCode(by: .server, from: .local).text
            let token = try await access.control.exchange(code, from: .local).text
            access.clock.advance(by: RegistrationRecord.lifetime)
            let result = try await Self.code {
                _ = try await access.control.registerOwner(Self.registration(token: token), from: .local)
            }
            #expect(result == .setupCodeInvalid)
        }
    }

    @Test("Of many who register at once exactly one becomes the owner")
    func race() async throws {
        for _ in 0..<10 {
            try await withTemporaryDirectory { directory in
                let control = try AccessFixture(in: directory).control
                let code = try await control.issueSetupCode(by: .server, from: .local).text
                let results = try await withThrowingTaskGroup(of: AccessRefusal.Code?.self) { group in
                    for index in 0..<6 {
                        group.addTask {
                            try await Self.code {
                                if index.isMultiple(of: 2) {
                                    _ = try await control.registerOwner(Self.registration(code: code), from: .local)
                                } else {
                                    let token = try await control.exchange(code, from: .local).text
                                    _ = try await control.registerOwner(Self.registration(token: token), from: .local)
                                }
                            }
                        }
                    }
                    return try await group.reduce(into: [AccessRefusal.Code?]()) { $0.append($1) }
                }
                #expect(results.filter { $0 == nil }.count == 1)
                #expect(control.sessions().count == 1)
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: directory.path).contains("setup-code") == false
                )
            }
        }
    }

    @Test("The token of the first start is good until there is an owner, and its file goes then")
    func firstToken() async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory, breakGlass: nil)
            let path = directory.appending(path: "access-token").path
            let token = try AccessTokenFile(path: path).readOrCreate()
            #expect(try access.control.authenticate(token) != nil)
            try await access.registerOwner()
            #expect(try access.control.authenticate(token) == nil)
            #expect(!FileManager.default.fileExists(atPath: path))
            _ = try AccessFixture(in: directory, breakGlass: nil)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }
}
