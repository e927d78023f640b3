import Concurrency
import Foundation
import Testing

@Suite("How many files may be open")
struct OpenFileLimitTests {
    @Test("is what the system says of this process, and raising it to what it is changes nothing")
    func current() throws {
        let limit = OpenFileLimit.current
        let limits = try String(contentsOfFile: "/proc/self/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files ") })
        let fields = line.dropFirst("Max open files ".count).split(separator: " ").compactMap { Int($0) }
        #expect(fields == [limit.soft, limit.hard])
        try OpenFileLimit.raise(to: limit.soft)
        try OpenFileLimit.raise(to: 0)
        #expect(OpenFileLimit.current == limit)
    }
}
