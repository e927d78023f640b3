import Testing

@testable import StateRepo

@Suite("The memory of trees")
struct TreeMemoryTests {
    @Test("holds as many directories as it may, and starts anew with one more")
    func limit() throws {
        for (count, memory) in [(2, TreeMemory(maximumCount: 2)), (TreeMemory.maximumCount, TreeMemory())] {
            var memory = memory
            let paths = try (0...count).map { [try #require(EntryName("d\($0)"))] }
            for path in paths.dropLast() { memory.remember(.zero, .empty, [], at: path) }
            let before = paths.filter { memory.tree(.zero, at: $0) != nil }
            #expect(before.count == count)
            memory.remember(.zero, .empty, [], at: paths[count])
            let after = paths.filter { memory.tree(.zero, at: $0) != nil }
            #expect(after == [paths[count]])
        }
    }
}
