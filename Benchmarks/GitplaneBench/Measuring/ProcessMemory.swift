import Foundation
import Glibc

/// What this process keeps in memory.
enum ProcessMemory {
    /// The resident pages in bytes, after free memory was given back to the system (proc(5), `statm`).
    static func resident() throws -> Int {
        try giveBack()
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { throw BenchError("/proc/self/statm is not readable") }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Calls malloc_trim(3), which Swift's view of the C library leaves out.
    private static func giveBack() throws {
        guard let symbol = dlsym(nil, "malloc_trim") else { throw BenchError("this C library has no malloc_trim") }
        typealias Trim = @convention(c) (Int) -> Int32
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    }
}
