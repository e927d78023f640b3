package import API
package import Access
import Crypto
package import Foundation
package import LocalStore
import StateRepo

/// An access control over a fresh database, with a clock that stands still and hashes that cost nothing.
package struct AccessFixture: Sendable {
    /// 32 KiB of memory: the same code as with the real cost, in no time.
    package static let cost = ScryptCost(logN: 5)
    package static let breakGlass = "break-glass-token-of-a-test-0123456789"
    package static let password = "copper lantern orbit thistle"
    package static let home = ClientAddress("192.0.2.7") ?? .local

    package let control: AccessControl
    package let store: AccessDatabase
    package let hasher: PasswordHasher
    package let clock: ManualClock
    package let directory: URL

    /// - Parameters:
    ///   - breakGlass: the value of `CONTROL_PLANE_API_TOKEN`; `nil` leaves the token to the file.
    ///   - cost: of new hashes.
    ///   - local: the open database, when somebody has it already.
    ///   - wrapping: puts something between the control and its store.
    package init(
        in directory: URL,
        clock: ManualClock = ManualClock(),
        breakGlass: String? = AccessFixture.breakGlass,
        cost: ScryptCost = AccessFixture.cost,
        local: LocalDatabase? = nil,
        wrapping: (AccessDatabase) -> any AccessStore = { $0 }
    ) throws {
        let local = try local ?? LocalDatabase(path: directory.appending(path: "local.sqlite").path)
        self.clock = clock
        self.directory = directory
        self.store = AccessDatabase(database: local)
        self.hasher = PasswordHasher(cost: cost, limits: ScryptLimits(logN: 4...18))
        let common = try ShareDirectory.checkout().commonPasswords
        self.control = try AccessControl(
            AccessControl.Configuration(
                breakGlass: breakGlass.map { try TokenAuthenticator(variable: $0) },
                firstToken: AccessTokenFile(path: directory.appending(path: "access-token").path),
                setupFile: SetupCodeFile(path: directory.appending(path: "setup-code").path),
                policy: PasswordPolicy(common: CommonPasswords(file: common)),
                hasher: hasher,
                now: { clock.now }
            ),
            store: wrapping(store)
        )
    }

    /// The setup code in its file; `nil` when there is no file.
    package func setupCode() throws -> String? {
        let path = directory.appending(path: "setup-code").path
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Registers `ada@example.com`.
    @discardableResult
    package func registerOwner(from address: ClientAddress = AccessFixture.home) async throws -> RegisteredOwner {
        var registration = OwnerRegistration(email: "ada@example.com", password: Self.password)
        registration.displayName = "Ada Lovelace"
        registration.setupCode = try await control.issueSetupCode(by: .server, from: .local).text
        return try await control.registerOwner(registration, from: address)
    }

    /// The operations below `/auth`.
    package func handlers() -> AccessHandlers {
        AccessHandlers(
            control: control,
            cookie: SessionCookie(.tlsOnly),
            cursors: CursorSeal(key: SymmetricKey(size: .bits256)),
            isOnboarded: { false }
        )
    }
}
