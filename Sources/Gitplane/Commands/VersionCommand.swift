import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version of this program."
    )

    func run() { StandardStream.output.write(["gitplane \(ProgramVersion.current)"]) }
}
