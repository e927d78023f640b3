import Foundation

/// A person's git removes what no ref named when it began, and so objects that were written a moment later for a commit
/// that `main` names by now. While the journal has them, they are written anew, as a pack that no such command knows of.
extension JournalCommitLog {
    @discardableResult
    package func mend() throws(GitError) -> Bool {
        let writer = ObjectFiles(repositoryAt: path, files)
        var remaining = sealed
        let moved = remaining.takeMoved(writer)
        guard !moved.isEmpty else { return false }
        // A handle of its own: the writer's remembers objects that it has read.
        let repository = try GitRepository(openingBareAt: path)
        let lost = Set(moved.filter { !repository.contains($0) })
        if !lost.isEmpty {
            let series = try JournalRecovery.series(inRepositoryAt: path)
                .filter { $0.pack.entries.contains { lost.contains($0.id) } }
            try writer.write(OpenPack(merging: series.map(\.pack)), flushes: true)
        }
        // What git has moved elsewhere, it had found a ref for: it stays there.
        sealed = remaining
        return !lost.isEmpty
    }

    /// Tries again once when objects were missing: they may have been written anew.
    func mending<Result>(_ body: () throws(GitError) -> Result) throws(GitError) -> Result {
        do throws(GitError) {
            return try body()
        } catch {
            guard error.isDamage else { throw error }
            try mend()
            return try body()
        }
    }
}
