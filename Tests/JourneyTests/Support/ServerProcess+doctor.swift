import Foundation
import TestSupport
import Testing

extension ServerProcess {
    /// What `gitplane doctor` says of the server's data folder.
    func examine() throws -> CommandRun {
        try .gitplane("doctor", "--data-dir", folder.path, near: folder)
    }

    /// The same for a folder that nobody else writes to, which has to be afterwards as it was before.
    func examineAtRest() throws -> CommandRun {
        let before = try FolderPicture(ofDataFolder: folder)
        let found = try examine()
        #expect(try FolderPicture(ofDataFolder: folder).changes(since: before) == [])
        return found
    }

    /// Stops, after which there is nothing for a start or a person to do.
    func stopWithNothingToDo() throws {
        try stop()
        let found = try examine()
        #expect(found.ending == .exited(0) && found.lines("start").isEmpty, "\(found.text)")
    }
}
