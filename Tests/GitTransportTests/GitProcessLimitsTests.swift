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
}
