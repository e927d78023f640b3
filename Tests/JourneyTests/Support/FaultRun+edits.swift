import Foundation
import Glibc
import TestSupport

/// Somebody who edits a file in the working tree, beside everybody else.
extension FaultRun {
    private static let page = "docs/edited.md"

    /// Saves a file, and flushes it as an editor does: from then on it is to become a commit, whoever ends meanwhile.
    func edit() throws {
        let text = "Edit \(turn)\n"
        do {
            try save(text)
            edited = text
        } catch {
            // The power is cut: then nobody knows what is left of it.
            edited = nil
        }
    }

    private func save(_ text: String) throws {
        try server.write(Self.page, text)
        var place = URL(filePath: server.workingTree.directory).appending(path: Self.page)
        // The file, its folder, and the one in which that is.
        for _ in 1...3 {
            let descriptor = Glibc.open(place.path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw ChildProcess.Failure(description: "\(place.path) is gone") }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw ChildProcess.Failure(description: "\(place.path): \(errno)") }
            place.deleteLastPathComponent()
        }
    }

    /// Waits until what was saved last is a commit; the server runs, and nothing fails.
    func checkEdit() throws {
        guard let edited else { return }
        self.edited = nil
        do {
            let blob = try server.git.run("hash-object", "--stdin", input: Array(edited.utf8))
            try server.wait(for: "the edit") { try server.git.run("ls-tree", "main", Self.page).contains(blob) }
        } catch let failure as ChildProcess.Failure {
            history.complain("\(edited) is no commit: \(failure)")
        }
    }
}
