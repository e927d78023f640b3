import Foundation
import Glibc

/// What a projection is about to do, written down before its first step and gone after its last.
///
/// After a crash it says which two commits the files, the index and the branch can be between.
struct ProjectionJournal: Hashable, Sendable {
    /// `nil` for the first checkout.
    let from: CommitID?
    let to: CommitID

    init(from: CommitID?, to: CommitID) {
        self.from = from
        self.to = to
    }

    /// The journal that a crash left; `nil` when none did.
    ///
    /// One that cannot be read was cut off before anything else was done.
    init?(of folder: WorkingTreeFolder) {
        guard let content = FileManager.default.contents(atPath: folder.journal) else { return nil }
        let words = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let from = CommitID(words[0]), let to = CommitID(words[1]) else { return nil }
        self.init(from: from == .zero ? nil : from, to: to)
    }

    func write(in folder: WorkingTreeFolder) throws(GitError) {
        let draft = "\(folder.scratch)/journal"
        try FileSystem.write(Array("\(from ?? .zero) \(to)\n".utf8), to: draft)
        // A power cut may leave the name without what the file says.
        try FileSystem.flush(draft)
        guard rename(draft, folder.journal) == 0 else { throw FileSystem.error("write journal", folder.journal) }
        try FileSystem.flush(folder.gitDirectory)
    }

    static func remove(in folder: WorkingTreeFolder) throws(GitError) {
        guard unlink(folder.journal) == 0 || errno == ENOENT else {
            throw FileSystem.error("remove journal", folder.journal)
        }
    }
}
