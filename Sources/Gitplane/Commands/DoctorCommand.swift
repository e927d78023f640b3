import ArgumentParser
import Foundation
import StateRepo

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is wrong with a data folder, and who has to do something about it.",
        discussion: """
            Changes nothing, and may run beside a server. Lines that begin with "start" are done by the next start, lines \
            with "you" have to be done by a person. Ends with 1 when there are any of the latter, else with 0.
            """
    )

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        let examination = Examination(
            folder: try data.existing(),
            rules: try .installed(),
            programs: try .installed(),
            environment: ProcessInfo.processInfo.variables
        )
        let findings = await examination.findings()
        let mine = findings.count { $0.concern == .person }
        let starts = findings.count { $0.concern == .start }
        StandardStream.output.write(findings.map(\.line) + ["for the next start: \(starts), for you: \(mine)"])
        guard mine == 0 else { throw ExitCode(ExitStatus.findings.rawValue) }
    }
}
