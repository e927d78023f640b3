import Access
import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The life of sessions and API tokens")
struct CredentialLifeTests {
    private func withOwner(_ body: (AccessFixture, RegisteredOwner) async throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory)
            try await body(access, try await access.registerOwner())
        }
    }

    private func principal(_ access: AccessFixture, _ text: String) throws -> Principal? {
        try access.control.authenticate(try #require(BearerToken(text)))
    }

    private func refusal(_ access: AccessFixture, _ text: String) throws -> AccessRefusal.Code? {
        do {
            _ = try principal(access, text)
            return nil
        } catch let refusal as AccessRefusal {
            return refusal.code
        }
    }

    private func token(
        _ access: AccessFixture,
        _ by: Principal,
        _ scopes: Set<Scope> = [.stateRead]
    ) async throws
        -> CreatedAPIToken
    {
        let request = APITokenRequest(name: "ci", scopes: scopes, days: 90)
        return try await access.control.createToken(request, by: by, from: AccessFixture.home)
    }

    @Test("A session stands for the owner, also after a restart, and only its digest is stored")
    func session() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            for access in [access, try AccessFixture(in: access.directory, clock: access.clock)] {
                let principal = try #require(try principal(access, owner.login.credential))
                #expect(principal.identity == .operator(owner.login.account.id.description))
                #expect(principal.name == "Ada Lovelace")
                #expect(principal.scopes == Set(Scope.allCases))
                #expect(principal.session == owner.login.session.id.description)
            }
            for name in ["local.sqlite", "local.sqlite-wal"] {
                let content = try Data(contentsOf: access.directory.appending(path: name))
                #expect(content.range(of: Data(owner.login.credential.utf8)) == nil)
            }
        }
    }

    @Test("Whoever lost the credential after the request came makes nothing any more")
    func lost() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            let session = try #require(try principal(access, owner.login.credential))
            let admin = try await token(access, session, Set(Scope.allCases))
            let holder = try #require(try principal(access, admin.text))
            try await access.control.revokeToken(admin.record.id, by: session, from: AccessFixture.home)
            await expectRefusal(.tokenInvalid) { _ = try await token(access, holder) }
            await expectRefusal(.tokenInvalid) {
                try await access.control.revokeToken(admin.record.id, by: holder, from: AccessFixture.home)
            }
            try await access.control.changePassword(
                from: AccessFixture.password,
                to: "quiet harbour violin moss",
                tokens: .kept,
                by: try #require(try principal(access, AccessFixture.breakGlass)),
                from: AccessFixture.home
            )
            await expectRefusal(.sessionExpired) { _ = try await token(access, session) }
            await expectRefusal(.sessionExpired) {
                _ = try await access.control.regenerateRecoveryCodes(
                    confirmedBy: "quiet harbour violin moss",
                    by: session,
                    from: AccessFixture.home
                )
            }
            #expect(access.control.tokens().isEmpty)
        }
    }

    @Test("With the token of the first start nothing is made once there is an owner")
    func first() async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory, breakGlass: nil)
            let text = try String(contentsOf: directory.appending(path: "access-token"), encoding: .utf8)
            let first = try #require(try principal(access, text.trimmingCharacters(in: .newlines)))
            _ = try await token(access, first)
            try await access.registerOwner()
            await expectRefusal(.tokenInvalid) { _ = try await token(access, first) }
        }
    }

    private func expectRefusal(_ code: AccessRefusal.Code, _ body: () async throws -> Void) async {
        let refusal = await #expect(throws: AccessRefusal.self) { try await body() }
        #expect(refusal?.code == code)
    }

    @Test("A session ends after 24 hours without a request")
    func idle() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            access.clock.advance(by: 86_399)
            #expect(try refusal(access, owner.login.credential) == nil)
            access.clock.advance(by: 86_400)
            #expect(try refusal(access, owner.login.credential) == .sessionExpired)
            #expect(access.control.sessions().isEmpty)
        }
    }

    @Test("A session ends after seven days, however busy it is")
    func absolute() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            for _ in 0..<13 {
                access.clock.advance(by: 43_200)
                #expect(try refusal(access, owner.login.credential) == nil)
            }
            access.clock.advance(by: 43_200)
            #expect(try refusal(access, owner.login.credential) == .sessionExpired)
        }
    }

    @Test("When a session was used survives a restart, to the last flush")
    func lastUse() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            access.clock.advance(by: 80_000)
            #expect(try refusal(access, owner.login.credential) == nil)
            try await access.control.flush()
            access.clock.advance(by: 80_000)
            let again = try AccessFixture(in: access.directory, clock: access.clock)
            #expect(try refusal(again, owner.login.credential) == nil)
        }
    }

    @Test("Authenticating does not touch the disk")
    func noWrite() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            let log = access.directory.appending(path: "local.sqlite-wal")
            let before = try Data(contentsOf: log)
            for _ in 0..<100 { _ = try principal(access, owner.login.credential) }
            #expect(try Data(contentsOf: log) == before)
        }
    }

    @Test("An account has at most 100 sessions: those that were used least recently go")
    func sessionLimit() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            for _ in 0..<SessionRecord.maximumCount {
                access.clock.advance(by: 1)
                _ = try await access.control.logIn("ada", password: AccessFixture.password, from: AccessFixture.home)
            }
            #expect(access.control.sessions().count == SessionRecord.maximumCount)
            #expect(try principal(access, owner.login.credential) == nil)
        }
    }

    @Test("A token has its scopes, says who made it, and ends when it expires or is revoked")
    func apiToken() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            let maker = try #require(try principal(access, owner.login.credential))
            let token = try await token(access, maker, [.stateRead, .stateWrite])
            let principal = try #require(try self.principal(access, token.text))
            #expect(principal.identity == .token(token.record.id.description))
            #expect(principal.email == "ada@example.com")
            #expect(principal.scopes == [.stateRead, .stateWrite])
            #expect(token.text.hasPrefix(token.record.prefix))
            access.clock.advance(by: 90 * 86_400)
            #expect(try refusal(access, token.text) == .tokenExpired)
            #expect(access.control.tokens().isEmpty)
            let other = try await self.token(access, maker)
            try await access.control.revokeToken(other.record.id, by: maker, from: .local)
            #expect(try self.principal(access, other.text) == nil)
        }
    }

    @Test("Nobody makes a token that may do more than they may", arguments: Scope.allCases)
    func escalation(_ scope: Scope) async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            let maker = try #require(try principal(access, owner.login.credential))
            let all = Set(Scope.allCases)
            let weak = try await token(access, maker, all.subtracting([scope]))
            let holder = try #require(try principal(access, weak.text))
            await #expect(throws: AccessRefusal.self) { _ = try await token(access, holder, [scope]) }
            #expect(try await token(access, holder, holder.scopes).record.scopes == holder.scopes)
        }
    }

    @Test("There are at most 500 tokens")
    func tokenLimit() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            let maker = try #require(try principal(access, owner.login.credential))
            for _ in 0..<APITokenRecord.maximumCount { _ = try await token(access, maker) }
            await #expect(throws: AccessRefusal.self) { _ = try await token(access, maker) }
        }
    }

    @Test("What expired a month ago is forgotten")
    func purge() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            access.clock.advance(by: 8 * 86_400)
            try await access.control.purge()
            #expect(try refusal(access, owner.login.credential) == .sessionExpired)
            access.clock.advance(by: 30 * 86_400)
            try await access.control.purge()
            #expect(try principal(access, owner.login.credential) == nil)
        }
    }

    @Test(
        "A changed password ends every other session, and on demand every token",
        arguments: [TokenFate.kept, .revoked]
    )
    func passwordChange(_ fate: TokenFate) async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            let maker = try #require(try principal(access, owner.login.credential))
            let token = try await token(access, maker)
            let other = try await access.control.logIn("ada", password: AccessFixture.password, from: .local)
            try await access.control.changePassword(
                from: AccessFixture.password,
                to: "velvet harbour seven comets",
                tokens: fate,
                by: maker,
                from: AccessFixture.home
            )
            #expect(try principal(access, owner.login.credential) != nil)
            #expect(try principal(access, other.credential) == nil)
            #expect(try (principal(access, token.text) == nil) == (fate == .revoked))
            await #expect(throws: AccessRefusal.self) {
                _ = try await access.control.logIn("ada", password: AccessFixture.password, from: AccessFixture.home)
            }
        }
    }

    @Test("A recovery code replaces the password once, ends everything and voids the batch")
    func recovery() async throws {
        try await withOwner { (access: AccessFixture, owner: RegisteredOwner) async throws in
            let maker = try #require(try principal(access, owner.login.credential))
            let token = try await token(access, maker)
            for (identifier, code) in [("eve", owner.recoveryCodes[3]), ("ada", "AAAA-AAAA-AAAA-AAAA"), ("ada", "")] {
                await #expect(throws: AccessRefusal.self) {
                    try await access.control.recoverPassword(
                        identifier,
                        code: code,
                        to: "velvet harbour seven comets",
                        from: .local
                    )
                }
            }
            try await access.control.recoverPassword(
                "ada",
                code: owner.recoveryCodes[3],
                to: "velvet harbour seven comets",
                from: .local
            )
            #expect(try principal(access, owner.login.credential) == nil)
            #expect(try principal(access, token.text) == nil)
            #expect(try await access.control.recoveryCodes().remaining == 0)
            await #expect(throws: AccessRefusal.self) {
                try await access.control.recoverPassword(
                    "ada",
                    code: owner.recoveryCodes[4],
                    to: "another harbour seven comets",
                    from: .local
                )
            }
            _ = try await access.control.logIn("ada", password: "velvet harbour seven comets", from: .local)
        }
    }
}
