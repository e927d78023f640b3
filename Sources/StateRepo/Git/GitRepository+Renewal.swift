/// Refs of the server's own that can be made again: the notes on pushes and the ledger.
///
/// One whose objects are gone stops more than what it is for: git takes no push into such a repository.
extension GitRepository {
    /// Writes to a ref that can be made again; when what it has cannot be read, it is deleted, and begins anew.
    ///
    /// While a pack has no good index, what is missing may only be hidden: then the ref stays, and the error is thrown.
    /// - Parameter onDamage: told before that, with the tip that was; `nil` where the ref's own file names none.
    package borrowing func renewing(
        _ ref: RefName,
        onDamage: (GitError, CommitID?) -> Void,
        _ body: (borrowing GitRepository) throws(GitError) -> Void
    ) throws(GitError) {
        do throws(GitError) {
            try body(self)
        } catch {
            if try isGarbage(ref, error) {
                onDamage(error, nil)
                try FileSystem.remove("\(path)/\(ref)")
                return try body(self)
            }
            guard error.isDamage, !hasFaultyPack, let tip = try target(of: ref) else { throw error }
            onDamage(error, tip)
            try deleteRef(ref, at: tip)
            try body(self)
        }
    }

    /// Deletes a ref that can be made again when its tip cannot be read.
    package borrowing func review(_ ref: RefName, onDamage: (GitError, CommitID?) -> Void) throws(GitError) {
        try renewing(ref, onDamage: onDamage) { (repository) throws(GitError) in
            guard let tip = try repository.target(of: ref) else { return }
            _ = try repository.readTree(repository.readCommit(tip).tree)
        }
    }

    /// Whether the file of the ref names nothing, as a crash of the system may leave it, or leads to itself.
    private func isGarbage(_ ref: RefName, _ failure: GitError) throws(GitError) -> Bool {
        let content: [UInt8]
        do throws(GitError) {
            content = try FileSystem.contents(of: "\(path)/\(ref)", maximum: JournalRecovery.maximumRef)
        } catch {
            // It is packed, or gone, or no file: then it is something else that failed.
            return false
        }
        let text = String(decoding: content, as: UTF8.self)
        guard !text.hasPrefix("ref:") else { return failure.code == .corrupt && failure.object == nil }
        return AnyObjectID(String(text.prefix { !$0.isWhitespace })) == nil
    }

    /// Also when the packs cannot be looked at.
    private var hasFaultyPack: Bool {
        do {
            return try !PackIndexes(repositoryAt: path).faulty(isQuiet: true).isEmpty
        } catch {
            return true
        }
    }
}
