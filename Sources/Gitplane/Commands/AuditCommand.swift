import Access
import ArgumentParser
import Foundation
import LocalStore

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Look after the audit log.",
        subcommands: [AuditVerifyCommand.self]
    )
}

struct AuditVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no entry of the audit log was changed, moved or taken out.",
        discussion: """
            Prints how many entries there are and the hash of the newest one; ends with 1 and names the first broken entry \
            otherwise. Keep the hash elsewhere to notice when the end of the log is cut off. A server may be running.
            """
    )

    @Option(help: "Folder of the server (GITPLANE_DATA_DIR; default: ./data).")
    var dataDir: String?

    func run() throws {
        let environment = ProcessInfo.processInfo.environment["GITPLANE_DATA_DIR"]
        let folder = DataFolder(URL(filePath: dataDir ?? environment ?? "data", directoryHint: .isDirectory))
        guard FileManager.default.fileExists(atPath: folder.local) else {
            throw CommandFailure(.usage, "there is no \(folder.local)")
        }
        let verification = try AuditFile(path: folder.local).verify()
        if let finding = verification.finding {
            let place = "\(folder.local): entry \(finding.sequence)"
            throw CommandFailure(.findings, ["\(place): error: \(finding.fault.rawValue)"])
        }
        StandardStream.output.write(["\(verification.count) entries, newest \(verification.head)"])
    }
}
