package import Foundation

/// `refs/notes/gitplane`: who pushed, as notes that git itself can show (git-notes(1)).
///
/// The tree maps the names of commits to blobs, in folders of two digits; readers of git take any such fan-out.
package struct PushNotes: Sendable {
    private let identity: ServerIdentity

    package init(identity: ServerIdentity) { self.identity = identity }

    /// Writes the notes that are missing, with one commit; a note that is there stays as it is.
    ///
    /// - Throws: ``GitError``; `modified` and `locked` when somebody else writes notes at the same time.
    package func write(
        _ pushes: [AnnouncedPush],
        in repository: borrowing GitRepository,
        at time: Date
    ) throws(GitError) {
        var reader = try PushNoteReader(repository)
        var edits: [EntryPath: TreeEdit] = [:]
        for push in pushes where try !reader.hasNote(on: push.tip, in: repository) {
            guard let path = Self.path(of: push.tip) else { continue }
            edits[path] = .file(path, try repository.writeBlob(Array(push.note.text.utf8)))
        }
        guard !edits.isEmpty else { return }
        let tip = reader.tip
        let tree = try repository.updateTree(base: reader.tree, changes: Array(edits.values))
        let signature = identity.signature(at: time)
        let commit = try repository.writeCommit(
            tree: tree,
            parents: [tip].compactMap(\.self),
            author: signature,
            committer: signature,
            message: CommitMessage(subject: Self.subject(pushes)).text
        )
        try repository.compareAndSwap(.notes, from: tip, to: commit, reflog: "push")
    }

    private static func subject(_ pushes: [AnnouncedPush]) -> String {
        guard let push = pushes.last else { return "main" }
        return "main: \(push.tip.description.prefix(12)) pushed by \(push.note.pushedBy)"
    }

    private static func path(of commit: CommitID) -> EntryPath? {
        let digits = commit.description
        return EntryPath("\(digits.prefix(2))/\(digits.dropFirst(2))")
    }
}

/// Looks notes up in one version of `refs/notes/gitplane`; a folder that was read is remembered.
package struct PushNoteReader {
    let tip: CommitID?
    let tree: TreeID?
    private var folders: [TreeID: [EntryName: GitTreeEntry]] = [:]

    /// What there is to read where there are no notes.
    static var empty: PushNoteReader { PushNoteReader(tip: nil, tree: nil) }

    private init(tip: CommitID?, tree: TreeID?) {
        self.tip = tip
        self.tree = tree
    }

    package init(_ repository: borrowing GitRepository) throws(GitError) {
        self.tip = try repository.target(of: .notes)
        self.tree = if let tip { try repository.readCommit(tip).tree } else { nil }
    }

    /// The note on `commit`; `nil` when there is none, or one that does not tell of a push.
    package mutating func note(
        on commit: CommitID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> PushNote? {
        guard let blob = try blob(on: commit, in: repository), try repository.blobSize(blob) <= PushNote.maximumSize
        else { return nil }
        return PushNote(parsing: try repository.readBlob(blob, maximum: PushNote.maximumSize))
    }

    mutating func hasNote(on commit: CommitID, in repository: borrowing GitRepository) throws(GitError) -> Bool {
        try blob(on: commit, in: repository) != nil
    }

    /// Goes down from the root, taking two digits for a folder, until the rest of the name is a file's.
    private mutating func blob(
        on commit: CommitID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> BlobID? {
        var digits = commit.description[...]
        var folder = tree
        while let tree = folder {
            let entries = try entries(of: tree, in: repository)
            if let blob = EntryName(digits).flatMap({ entries[$0] })?.blobID { return blob }
            folder = EntryName(digits.prefix(2)).flatMap { entries[$0] }?.treeID
            digits = digits.dropFirst(2)
            guard !digits.isEmpty else { return nil }
        }
        return nil
    }

    private mutating func entries(
        of tree: TreeID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [EntryName: GitTreeEntry] {
        if let known = folders[tree] { return known }
        let entries = Dictionary(try repository.readTree(tree).map { ($0.name, $0) }) { first, _ in first }
        folders[tree] = entries
        return entries
    }
}

/// Says of each commit of a first-parent chain, walked from the newest, which push brought it.
///
/// Notes that cannot be read are none: they say something of commits, and keep none of them out of the history.
struct PushAttribution {
    private let announced: [CommitID: PushNote]
    private var notes: PushNoteReader
    private var current: PushNote?

    /// - Parameter announced: pushes by their tips whose notes may not be written yet.
    init(announced: [CommitID: PushNote], in repository: borrowing GitRepository) throws(GitError) {
        self.announced = announced
        do throws(GitError) {
            self.notes = try PushNoteReader(repository)
        } catch {
            guard error.isDamage || error.code == .corrupt else { throw error }
            self.notes = .empty
        }
    }

    mutating func push(of commit: CommitID, in repository: borrowing GitRepository) throws(GitError) -> PushNote? {
        if current?.previous == commit { current = nil }
        if let note = announced[commit] {
            current = note
            return current
        }
        do throws(GitError) {
            if let note = try notes.note(on: commit, in: repository) { current = note }
        } catch {
            guard error.isDamage else { throw error }
        }
        return current
    }
}
