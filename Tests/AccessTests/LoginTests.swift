import Access
import Foundation
import LocalStore
import StateRepo
import TestSupport
import Testing

@Suite("Logging in")
struct LoginTests {
    private static let elsewhere = ClientAddress("198.51.100.9") ?? .local

    private func withOwner(
        cost: ScryptCost = AccessFixture.cost,
        _ body: (AccessFixture) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory, cost: cost)
            try await access.registerOwner()
            try await body(access)
        }
    }

    /// The code of the refusal; `nil` when there is none.
    private func logIn(
        _ access: AccessFixture,
        _ identifier: String = "ada",
        _ password: String = AccessFixture.password,
        from address: ClientAddress = AccessFixture.home
    ) async throws -> AccessRefusal.Code? {
        do {
            _ = try await access.control.logIn(identifier, password: password, from: address)
            return nil
        } catch let refusal as AccessRefusal {
            return refusal.code
        }
    }

    @Test(
        "takes username or e-mail address, whatever the case",
        arguments: ["ada", "ADA", "ada@example.com", "Ada@Example.COM"]
    )
    func identifiers(_ identifier: String) async throws {
        try await withOwner { access in
            let code = try await logIn(access, identifier)
            #expect(code == nil)
        }
    }

    @Test(
        "takes the password exactly as it is",
        arguments: [
            AccessFixture.password + " ", " " + AccessFixture.password, AccessFixture.password.uppercased(), "",
            String(AccessFixture.password.dropLast()), AccessFixture.password + "\u{0}",
        ]
    )
    func wrongPassword(_ password: String) async throws {
        try await withOwner { access in
            let code = try await logIn(access, "ada", password)
            #expect(code == .invalidCredentials)
        }
    }

    @Test("fails for nobody's name the same way, also when there is no owner")
    func unknown() async throws {
        try await withOwner { access in
            let code = try await logIn(access, "eve")
            #expect(code == .invalidCredentials)
        }
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory)
            #expect(try await logIn(access) == .invalidCredentials)
        }
    }

    @Test("After five failures in a row an address is locked for 15 minutes, and no other one")
    func lock() async throws {
        try await withOwner { (access: AccessFixture) async throws in
            for _ in 0..<5 { #expect(try await logIn(access, "ada", "wrong") == .invalidCredentials) }
            #expect(try await logIn(access) == .invalidCredentials)
            access.clock.advance(by: 899)
            #expect(try await logIn(access) == .invalidCredentials)
            access.clock.advance(by: 1)
            #expect(try await logIn(access) == nil)
        }
    }

    @Test("Four failures do not lock, and a login starts the count again")
    func count() async throws {
        try await withOwner { (access: AccessFixture) async throws in
            for _ in 0..<3 {
                for _ in 0..<4 { #expect(try await logIn(access, "ada", "wrong") == .invalidCredentials) }
                #expect(try await logIn(access) == nil)
            }
        }
    }

    @Test("A lock survives a restart")
    func restart() async throws {
        try await withOwner { (access: AccessFixture) async throws in
            for _ in 0..<5 { #expect(try await logIn(access, "ada", "wrong") == .invalidCredentials) }
            let again = try AccessFixture(in: access.directory, clock: access.clock)
            #expect(try await logIn(again) == .invalidCredentials)
        }
    }

    @Test("Strangers cannot lock the owner out: twenty failures an hour stop only addresses that never logged in")
    func strangers() async throws {
        try await withOwner { (access: AccessFixture) async throws in
            for number in 0..<20 {
                let address = try #require(ClientAddress("203.0.113.\(number)"))
                #expect(try await logIn(access, "ada", "wrong", from: address) == .invalidCredentials)
            }
            #expect(try await logIn(access, from: Self.elsewhere) == .invalidCredentials)
            #expect(try await logIn(access, from: AccessFixture.home) == nil)
            access.clock.advance(by: 3600)
            #expect(try await logIn(access, from: Self.elsewhere) == nil)
        }
    }

    @Test("An attacker's failures count per 64 bits of IPv6")
    func subnet() async throws {
        try await withOwner { (access: AccessFixture) async throws in
            for number in 1...5 {
                let address = try #require(ClientAddress("2001:db8::\(number)"))
                #expect(try await logIn(access, "ada", "wrong", from: address) == .invalidCredentials)
            }
            let neighbour = try #require(ClientAddress("2001:db8::ffff"))
            #expect(try await logIn(access, from: neighbour) == .invalidCredentials)
        }
    }

    @Test("A hash of another cost is made anew at the next login")
    func rehash() async throws {
        try await withOwner(cost: ScryptCost(logN: 4)) { old in
            let before = try #require(old.control.account?.password)
            let access = try AccessFixture(in: old.directory, clock: old.clock)
            #expect(try await logIn(access) == nil)
            let after = try #require(access.control.account?.password)
            #expect(after != before)
            #expect(after.text.contains("ln=5,"))
            #expect(try await logIn(access) == nil)
            #expect(access.control.account?.password == after)
        }
    }

    @Test("The hash is scrypt: what Python's hashlib made is verified")
    func vector() async throws {
        try await withOwner { (access: AccessFixture) async throws in
            let hash = try #require(PasswordHash(PasswordHashTests.stored))
            try access.store.write { try $0.setPassword(hash) }
            let again = try AccessFixture(in: access.directory, clock: access.clock)
            #expect(try await logIn(again, "ada", "pleaseletmein") == nil)
        }
    }

    @Test("Stored parameters beyond the limits are never run")
    func hostileParameters() async throws {
        try await withOwner { (access: AccessFixture) async throws in
            let text = try #require(access.control.account?.password.text).replacing("ln=5", with: "ln=30")
            let hash = try #require(PasswordHash(text))
            try access.store.write { try $0.setPassword(hash) }
            let again = try AccessFixture(in: access.directory, clock: access.clock)
            #expect(try await logIn(again) == .invalidCredentials)
        }
    }

    @Test("Of too many at once some are told to come back, and the rest are served")
    func flood() async throws {
        try await withOwner(cost: ScryptCost(logN: 13)) { (access: AccessFixture) async throws in
            let codes = try await withThrowingTaskGroup(of: AccessRefusal.Code?.self) { group in
                for _ in 0..<100 { group.addTask { try await logIn(access, "eve") } }
                return try await group.reduce(into: [AccessRefusal.Code?]()) { $0.append($1) }
            }
            #expect(codes.contains(.rateLimited))
            #expect(codes.contains(.invalidCredentials))
            #expect(Set(codes) == [.rateLimited, .invalidCredentials])
            #expect(try await logIn(access) == nil)
        }
    }
}
