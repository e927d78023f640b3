import StateRepo
import Testing

@testable import GitTransport

@Suite("Pushes that bring a ref to the same commit")
struct ConcurrentUpdatesTests {
    private static func update(_ ref: String, _ digit: Character) -> RefUpdate {
        RefUpdate(ref: ref, old: nil, new: AnyObjectID(String(repeating: digit, count: 40)))
    }

    @Test("are told of each other as long as one of them is there")
    func shared() {
        let updates = ConcurrentUpdates()
        let main = Self.update("refs/heads/main", "a")
        updates.begin([main, main])
        #expect(!updates.isShared(main))
        updates.begin([main])
        updates.end([main])
        #expect(updates.isShared(main))
        updates.end([main, main])
        #expect(!updates.isShared(main))
        updates.begin([main])
        #expect(!updates.isShared(main))
    }

    @Test("are not those to another commit, or of another ref")
    func others() {
        let updates = ConcurrentUpdates()
        let main = Self.update("refs/heads/main", "a")
        updates.begin([main])
        updates.begin([Self.update("refs/heads/main", "b"), Self.update("refs/heads/other", "a")])
        #expect(!updates.isShared(main))
    }
}
