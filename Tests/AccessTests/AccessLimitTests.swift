import Foundation
import LocalStore
import StateRepo
import TestSupport
import Testing

@testable import Access

@Suite("Limits of access")
struct AccessLimitTests {
    @Test("Of so many networks as are known the one that was seen longest ago becomes a stranger again")
    func knownNetworks() async throws {
        try await withTemporaryDirectory { (directory: URL) async throws in
            let access = try AccessFixture(in: directory)
            let start = access.clock.now
            try access.store.write { rows in
                for number in 0..<LoginFailures.maximumKnownNetworks {
                    try rows.remember("network \(number)", at: start + TimeInterval(number))
                }
            }
            #expect(try access.store.read { try $0.isKnown("network 0") })
            try access.store.write { try $0.remember("one more", at: start + 1_000) }
            #expect(try !access.store.read { try $0.isKnown("network 0") })
            #expect(try access.store.read { try $0.isKnown("network 1") })
            #expect(try access.store.read { try $0.isKnown("one more") })
        }
    }

    @Test("Of so many registration tokens as there may be the oldest is void")
    func registrations() async throws {
        try await withTemporaryDirectory { (directory: URL) async throws in
            let access = try AccessFixture(in: directory)
            var tokens: [String] = []
            for _ in 0...RegistrationRecord.maximumCount {
                let code = try await access.control.issueSetupCode(by: .server, from: .local).text
                tokens.append(try await access.control.exchange(code, from: .local).text)
            }
            let kept = try access.store.read { try $0.registrations().map(\.digest) }
            #expect(kept.count == RegistrationRecord.maximumCount)
            #expect(!kept.contains(TokenDigest(of: tokens[0])))
            #expect(kept.contains(TokenDigest(of: tokens[1])))
        }
    }

    @Test("A code with as many blanks as may be is read, and not one with more")
    func codes() {
        let code = "K7QF-2MWX-H9TD"
        let blanks = String(repeating: " ", count: SpokenCode.maximumLength - code.utf8.count)
        #expect(SpokenCode(typed: blanks + code, groups: SpokenCode.setupGroups)?.text == code)
        #expect(SpokenCode(typed: blanks + " " + code, groups: SpokenCode.setupGroups) == nil)
    }

    @Test("A username that is made from a long address is cut")
    func username() {
        let long = String(repeating: "a", count: OperatorAccount.maximumUsernameLength + 1)
        let name = OperatorAccount.username(from: "\(long)@example.com")
        #expect(name == String(long.dropLast()))
    }
}
