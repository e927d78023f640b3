import Access
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Logins that fail do the same work")
struct LoginUniformityTests {
    /// Why a login fails.
    enum Failure: CaseIterable {
        case wrongPassword
        case unknownAccount
        case lockedAndWrong
        case lockedAndRight
        case strangersLocked
        case noOwner
    }

    private static func attempt(_ access: AccessFixture, _ failure: Failure) async throws -> AccessRefusal {
        let identifier = failure == .unknownAccount ? "eve" : "ada"
        let isRight = failure == .lockedAndRight || failure == .strangersLocked
        let address = failure == .strangersLocked ? ClientAddress("198.51.100.9") ?? .local : AccessFixture.home
        let password = isRight ? AccessFixture.password : "wrong"
        let refusal = await #expect(throws: AccessRefusal.self) {
            try await access.control.logIn(identifier, password: password, from: address)
        }
        return try #require(refusal)
    }

    private static func prepare(_ access: AccessFixture, _ failure: Failure) async throws {
        if failure != .noOwner { try await access.registerOwner() }
        switch failure {
        case .lockedAndWrong, .lockedAndRight: for _ in 0..<5 { _ = try await attempt(access, .wrongPassword) }
        case .strangersLocked:
            for number in 0..<20 {
                let address = try #require(ClientAddress("203.0.113.\(number)"))
                await #expect(throws: AccessRefusal.self) {
                    try await access.control.logIn("ada", password: "wrong", from: address)
                }
            }
        case .wrongPassword, .unknownAccount, .noOwner: break
        }
    }

    @Test("One password is hashed and one transaction written, and the answer is the same", arguments: Failure.allCases)
    func work(_ failure: Failure) async throws {
        try await withTemporaryDirectory { (directory: URL) async throws in
            let writes = WriteCount()
            let access = try AccessFixture(in: directory, wrapping: { CountingStore(store: $0, writes: writes) })
            try await Self.prepare(access, failure)
            let (hashes, written) = (access.hasher.count, writes.value)
            let refusal = try await Self.attempt(access, failure)
            #expect(refusal.code == .invalidCredentials)
            #expect(refusal.details == nil && refusal.retryAfter == nil)
            #expect(access.hasher.count - hashes == 1)
            #expect(writes.value - written == 1)
        }
    }
}

private final class WriteCount: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() { count.withLock { $0 += 1 } }
}

private struct CountingStore: AccessStore {
    let store: any AccessStore
    let writes: WriteCount

    func read<Result>(_ body: (any AccessRows) throws -> Result) throws -> Result { try store.read(body) }

    func write<Result>(_ body: (any AccessRows) throws -> Result) throws -> Result {
        writes.increment()
        return try store.write(body)
    }

    func auditEntries(_ query: AuditQuery) throws -> [AuditEntry] { try store.auditEntries(query) }
}
