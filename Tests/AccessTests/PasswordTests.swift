import Access
import Documents
import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("Passwords as they are stored")
struct PasswordHashTests {
    static let stored = "$scrypt$ln=10,r=8,p=1$U29kaXVtQ2hsb3JpZGUxNg$wlnb/7z/JJWR3LhyxCL9BPzRzKRdB8wPx/h73sTLibg"

    @Test("The text of a hash is what it was read from")
    func roundTrip() throws {
        let hash = try #require(PasswordHash(Self.stored))
        #expect(hash.text == Self.stored)
        #expect("\(hash)" == "‹redacted›")
    }

    @Test(
        "Anything else is no hash",
        arguments: [
            "", "$scrypt$", stored + "$", stored.replacing("scrypt", with: "argon2id"),
            stored.replacing("ln=10", with: "ln=0"), stored.replacing("ln=10", with: "ln=99999999999999999999"),
            stored.replacing("r=8,", with: ""), stored.replacing("p=1", with: "p=-1"), String(stored.dropLast(2)),
            stored.replacing("ln=10", with: "ln=10,x=1"), stored + String(repeating: "A", count: 256),
        ]
    )
    func refused(_ text: String) { #expect(PasswordHash(text) == nil) }
}

@Suite("Rules for passwords")
struct PasswordPolicyTests {
    /// The rules that a registration with this password breaks.
    private func rules(_ password: String) async throws -> [String] {
        try await withTemporaryDirectory { directory in
            let access = try AccessFixture(in: directory)
            var registration = OwnerRegistration(email: "Ada.Lovelace@example.com", password: password)
            registration.username = "countess"
            registration.setupCode = try await access.control.issueSetupCode(by: .server, from: .local).text
            do {
                _ = try await access.control.registerOwner(registration, from: AccessFixture.home)
                return []
            } catch let refusal as AccessRefusal {
                #expect(refusal.code == .passwordRejected)
                #expect(access.control.account == nil)
                let findings = refusal.details?.arrayValue ?? []
                #expect(findings.allSatisfy { $0["pointer"]?.stringValue == "/password" })
                return findings.compactMap { $0["code"]?.stringValue }
            }
        }
    }

    @Test(
        "A password of 12 to 256 characters is accepted as it is, whatever the characters",
        arguments: [
            "twelve chars", String(repeating: "ab", count: 128), "            1", "pässwörter sind lang", "👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻 x",
            "tab\tand nul\u{0} too",
        ]
    )
    func accepted(_ password: String) async throws { #expect(try await rules(password) == []) }

    @Test(
        "Each rule that is broken is named",
        arguments: [
            ("elevenchars", ["password.too_short"]), (String(repeating: "x", count: 257), ["password.too_long"]),
            ("the COUNTESS of code", ["password.contains_username"]),
            ("ada.lovelace's own", ["password.contains_email"]),
            ("countess", ["password.too_short", "password.contains_username"]),
            ("1q2w3e4r5t6y", ["password.common"]), ("1Q2W3E4R5T6Y", ["password.common"]),
        ]
    )
    func refused(_ password: String, _ codes: [String]) async throws { #expect(try await rules(password) == codes) }

    @Test("At least 10,000 common passwords are shipped, all in lower case and different")
    func shipped() throws {
        let text = try String(contentsOf: ShareDirectory.checkout().commonPasswords, encoding: .utf8)
        let lines = text.split(separator: "\n")
        #expect(lines.count >= 10_000)
        #expect(Set(lines).count == lines.count)
        #expect(lines.allSatisfy { $0 == $0.lowercased() })
    }
}
