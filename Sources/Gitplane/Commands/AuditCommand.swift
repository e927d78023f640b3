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
        abstract: "Check that no entry of the audit log was changed, moved or taken out, and that its end is there.",
        discussion: """
            Prints how many entries there are and the hash of the newest one; ends with 1 and names the first broken entry, \
            or the trigger that no longer keeps entries from being changed, otherwise. Keep the hash elsewhere to notice when somebody replaced the whole log. A server may be running.
            """
    )

    @OptionGroup var data: DataFolderOptions

    func run() throws {
        let folder = try data.withLocal()
        let log = AuditFile(path: folder.local)
        let verification = try log.verify()
        if let finding = verification.finding {
            let place = "\(folder.local): entry \(finding.sequence)"
            throw CommandFailure(.findings, ["\(place): error: \(finding.fault.rawValue)"])
        }
        let unguarded = try log.missingGuards()
        guard unguarded.isEmpty else {
            let remedy = "is gone or was changed: the next start puts it back"
            throw CommandFailure(.findings, unguarded.map { "\(folder.local): error: the trigger \($0) \(remedy)" })
        }
        StandardStream.output.write(["\(verification.count) entries, newest \(verification.head)"])
    }
}
