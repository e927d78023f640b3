import Foundation
import TestSupport
import Testing

extension ServerProcess {
    /// Lets the server open only `spare` descriptors more while `body` runs (prlimit(1), `RLIMIT_NOFILE`).
    func withDescriptors(spare: Int, _ body: () throws -> Void) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd")
        let open = Set(names.compactMap { Int($0) })
        var (limit, free) = (0, 0)
        while free < spare {
            if !open.contains(limit) { free += 1 }
            limit += 1
        }
        try setLimit("\(limit):")
        defer { #expect(throws: Never.self) { try setLimit("4096:") } }
        try body()
    }

    /// - Parameter limit: `SOFT:`, which leaves the hard one as it is.
    private func setLimit(_ limit: String) throws {
        let process = try ChildProcess(
            "/usr/bin/prlimit",
            ["--pid", String(processID), "--nofile=\(limit)"],
            environment: [:],
            directory: "/",
            errors: .output
        )
        guard try process.waitUntilEnd(within: Self.patience) == .exited(0) else {
            throw ChildProcess.Failure(description: process.output)
        }
    }
}
