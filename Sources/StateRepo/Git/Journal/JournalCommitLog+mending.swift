/// A person's `git prune` removes what no ref named when it began, and so objects that were written a moment later for a
/// commit that `main` names by now. While the journal has them, they can be written anew, as a pack, which no prune touches.
extension JournalCommitLog {
    @discardableResult
    package func mend() throws(GitError) -> Bool {
        let writer = ObjectFiles(repositoryAt: path, files)
        let gone = looseObjects.filter { !writer.hasLoose($0) }
        guard !gone.isEmpty else { return false }
        // A handle of its own: the writer's remembers objects that it has read.
        let repository = try GitRepository(openingBareAt: path)
        let lost = Set(gone.filter { !repository.contains($0) })
        if !lost.isEmpty {
            for series in try JournalRecovery.series(inRepositoryAt: path)
            where series.pack.entries.contains(where: { lost.contains($0.id) }) {
                try writer.write(series.pack, named: series.head, flushes: true)
            }
        }
        // What is in a pack stays there, whatever becomes of the pack.
        let packed = Set(gone)
        looseObjects.removeAll { packed.contains($0) }
        return !lost.isEmpty
    }

    /// Tries again once when objects were missing and could be written anew.
    func mending<Result>(_ body: () throws(GitError) -> Result) throws(GitError) -> Result {
        do throws(GitError) {
            return try body()
        } catch {
            guard error.isDamage, try mend() else { throw error }
            return try body()
        }
    }
}
