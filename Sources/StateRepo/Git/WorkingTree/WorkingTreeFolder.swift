import Foundation
import Glibc

/// Where a linked working tree is: its files, and git's folder for it inside the repository (gitrepository-layout(5)).
package struct WorkingTreeFolder: Hashable, Sendable {
    /// The folder that people edit, absolute and without links on the way to it.
    package let root: String
    /// The bare repository, absolute and without links.
    package let repository: String

    /// - Parameters:
    ///   - root: an absolute path; the folder need not exist.
    ///   - repository: the absolute path of the bare repository.
    package init(root: String, repository: String) {
        let root = URL(filePath: root).standardizedFileURL
        self.root = "\(Self.resolve(root.deletingLastPathComponent().path))/\(root.lastPathComponent)"
        self.repository = Self.resolve(repository)
    }

    /// Git's folder for this working tree: `HEAD`, index, and what says that somebody is in the middle of something.
    package var gitDirectory: String { "\(repository)/worktrees/state" }

    var index: String { "\(gitDirectory)/index" }
    /// What a damaged index becomes when another is made.
    package var damagedIndex: String { "\(index).damaged" }
    var indexLock: String { "\(gitDirectory)/index.lock" }
    /// Holds what is about to be written, on the file system of the repository.
    var scratch: String { "\(gitDirectory)/gitplane" }
    var journal: String { "\(gitDirectory)/gitplane.journal" }

    /// Whether a link, or something else that is no folder, is in the place of the folder: what a link leads to is none of
    /// ours, and nothing is read or written there.
    package var isReplaced: Bool {
        var status = stat()
        return lstat(root, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }

    /// Whether there is anything of the state in the folder.
    var holdsFiles: Bool {
        exists("\(root)/state") || exists("\(root)/skills")
    }

    /// Makes what git needs to see a linked working tree, and mends it after the data folder has moved.
    ///
    /// Files, index and refs are left alone.
    /// - Throws: `invalid` when something else is in the place of the folder.
    package func link() throws(GitError) {
        guard !isReplaced else { throw GitError(.invalid, "link working tree", "\(root) is no folder") }
        for folder in [root, gitDirectory, scratch] { try makeFolder(folder) }
        let head = "\(gitDirectory)/HEAD"
        if !exists(head) { try write("ref: \(RefName.worktree)\n", to: head) }
        try write("../..\n", to: "\(gitDirectory)/commondir")
        for (path, text) in links { try write(text, to: path) }
    }

    /// Whether folder and repository name each other: not so in a data folder that was moved, or is the copy of another.
    package var isLinked: Bool {
        links.allSatisfy { FileManager.default.contents(atPath: $0.path) == Data($0.text.utf8) }
    }

    /// Whether there is anything of a working tree, or was.
    package var isBegun: Bool { exists(root) || exists(gitDirectory) }

    /// The files by which git finds one from the other (gitrepository-layout(5)).
    private var links: [(path: String, text: String)] {
        [("\(gitDirectory)/gitdir", "\(root)/.git\n"), ("\(root)/.git", "gitdir: \(gitDirectory)\n")]
    }

    /// Whether the index is there and damaged; the next pass over the working tree makes another.
    package func hasDamagedIndex() throws(GitError) -> Bool { try WorkingTreeIndex.isDamaged(in: self) }

    func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func makeFolder(_ path: String) throws(GitError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw GitError(.other, "make folder", "\(path): \(error)")
        }
    }

    /// Replaces a small file when it says something else.
    private func write(_ text: String, to path: String) throws(GitError) {
        do {
            if FileManager.default.contents(atPath: path) == Data(text.utf8) { return }
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw GitError(.other, "link working tree", "\(path): \(error)")
        }
    }

    private static func resolve(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
}
