import Foundation
import Glibc

/// What a process keeps in memory.
enum ProcessMemory {
    /// The resident pages of this process in bytes, after free memory was given back to the system (proc(5), `statm`).
    static func resident() throws -> Int {
        try giveBack()
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { throw BenchError("/proc/self/statm is not readable") }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// The most that another process has had resident so far, in bytes (proc(5), `VmHWM`).
    static func peak(of process: Int32) throws -> Int { try status("VmHWM:", of: process) }

    /// What another program has resident now, in bytes (proc(5), `VmRSS`).
    static func resident(of process: Int32) throws -> Int { try status("VmRSS:", of: process) }

    private static func status(_ field: String, of process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) } ?? ""
        guard let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else {
            throw BenchError("process \(process) has no memory")
        }
        return kilobytes << 10
    }

    /// Calls malloc_trim(3), which Swift's view of the C library leaves out.
    private static func giveBack() throws {
        guard let symbol = dlsym(nil, "malloc_trim") else { throw BenchError("this C library has no malloc_trim") }
        typealias Trim = @convention(c) (Int) -> Int32
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    }
}
