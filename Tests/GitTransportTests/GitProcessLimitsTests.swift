import Testing

@testable import GitTransport

@Suite("The limits of a git process")
struct GitProcessLimitsTests {
    @Test(
        "let it open as many files as it may, and no more than the server may itself",
        arguments: [255, 256, 257, .max]
    )
    func openFiles(hardLimit: Int) {
        let arguments = GitProcessLimits.maximumForFetch.arguments(hardLimitOfFiles: hardLimit)
        #expect(arguments.filter { $0.hasPrefix("--nofile=") } == ["--nofile=\(min(hardLimit, 256))"])
        #expect(arguments.contains("--fsize=\(64 << 20)"))
    }

    @Test("are those of prlimit(1), which takes every one of them")
    func accepted() async throws {
        for limits in [GitProcessLimits.maximumForFetch, .maximumForPush, .maximumForUpkeep, .maximumForImport] {
            let command = GitCommand(programs: try GitPrograms(searching: "/usr/bin:/bin"), limits: limits)
            let outcome = try await command.run(["--version"])
            #expect(outcome.ending.isSuccess, "\(outcome.ending.errors)")
        }
    }

    @Test("hold for git and for what it starts")
    func inForce() async throws {
        var limits = GitProcessLimits.maximumForPush
        limits.maximumMemory = 300 << 20
        limits.maximumProcessorSeconds = 7
        limits.maximumFileSize = 12_345
        limits.maximumOpenFiles = 40
        let command = GitCommand(programs: try GitPrograms(searching: "/usr/bin:/bin"), limits: limits)
        let outcome = try await command.run(["-c", "alias.tell=!cat /proc/self/limits", "tell"])
        let lines = outcome.output.split(separator: "\n")
        /// The soft and the hard limit, as Linux tells them (proc(5)).
        func values(_ name: String) -> [String] {
            let line = lines.first { $0.hasPrefix(name) } ?? ""
            return line.dropFirst(name.count).split(separator: " ").prefix(2).map(String.init)
        }
        #expect(values("Max address space").first == String(300 << 20))
        #expect(values("Max cpu time") == ["7", "7"])
        #expect(values("Max file size") == ["12345", "12345"])
        #expect(values("Max open files") == ["40", "40"])
        #expect(values("Max core file size") == ["0", "0"])
    }
}
