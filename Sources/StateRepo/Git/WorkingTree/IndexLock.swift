import Glibc

/// Git's own lock of a working tree's index, from `init` to ``commit(_:)`` or to the end of the value's life.
///
/// While it is held, no git command of a person can stage or commit there (it ends with “index.lock exists”).
struct IndexLock: ~Copyable {
    private let folder: WorkingTreeFolder
    private var isHeld = true

    /// - Throws: `locked` when somebody has it.
    init(_ folder: WorkingTreeFolder) throws(GitError) {
        let descriptor = open(folder.indexLock, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            let error = FileSystem.error("lock index", folder.indexLock)
            throw error.code == .exists ? GitError(.locked, "lock index", "the index is locked") : error
        }
        close(descriptor)
        self.folder = folder
    }

    deinit {
        if isHeld { unlink(folder.indexLock) }
    }

    /// Gives a damaged index a second name, which it keeps when another takes its place.
    func keepDamaged() throws(GitError) {
        guard try WorkingTreeIndex.isDamaged(in: folder) else { return }
        unlink(folder.damagedIndex)
        guard link(folder.index, folder.damagedIndex) == 0 else {
            throw FileSystem.error("keep index", folder.damagedIndex)
        }
    }

    /// Puts a new index in place of the lock, which keeps holding.
    func stage(_ index: String) throws(GitError) {
        guard rename(index, folder.indexLock) == 0 else { throw FileSystem.error("stage index", folder.indexLock) }
    }

    /// Makes the staged index the index; that also ends the lock.
    consuming func commit() throws(GitError) {
        guard rename(folder.indexLock, folder.index) == 0 else {
            throw FileSystem.error("replace index", folder.index)
        }
        isHeld = false
    }
}
