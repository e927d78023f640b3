import Access
import ArgumentParser
import Foundation
import LocalStore
import StateRepo

struct OwnerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "owner",
        abstract: "Look after the owner's account.",
        subcommands: [OwnerRemoveCommand.self]
    )
}

struct OwnerRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove the owner, so that the next start lets a new one register.",
        discussion: """
            For whoever has lost the password and all recovery codes. Ends every session and API token; the state, its \
            history and the audit log stay, and the log says that this was done. The server must be stopped.
            """
    )

    @OptionGroup var data: DataFolderOptions

    @Flag(help: "Do it; without this only who is the owner is printed.")
    var yes = false

    func run() async throws {
        let folder = try data.withLocal()
        try await folder.hold { try remove(in: folder) }
    }

    private func remove(in folder: DataFolder) throws {
        let store = AccessDatabase(database: try AccessComponents.openLocal(folder))
        guard let owner = try store.read({ try $0.account() }) else {
            StandardStream.output.write(["there is no owner"])
            return
        }
        guard yes else {
            StandardStream.output.write(["the owner is \(owner.username) <\(owner.email)>; add --yes to remove them"])
            return
        }
        let user = Principal.Identity.local(user: NSUserName())
        _ = try store.removeOwner(by: user.description, at: Date())
        StandardStream.output.write([
            "\(owner.username) <\(owner.email)> is no longer the owner; the next start prints how to register"
        ])
    }
}
