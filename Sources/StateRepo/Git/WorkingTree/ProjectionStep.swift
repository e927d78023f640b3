import Glibc

/// One file of a projection, with its new content ready beside the working tree.
struct ProjectionStep: Sendable {
    let change: TreeChange
    /// The scratch file: the new content before the exchange, what was there before after it.
    let scratch: String

    var path: EntryPath { change.path }
    var newBlob: BlobID? { change.new?.blobID }
    var oldBlob: BlobID? { change.old?.blobID }
}

/// What is at the place of a file that a projection changes.
enum ProjectedFile: Hashable {
    /// As it was, or as it was read and taken over.
    case old(FileStamp)
    /// As it is to be.
    case new(FileStamp)
    case missing
    /// Something that nobody has read.
    case other
}

extension Projection {
    /// How many files are flushed one by one; more of them are flushed with the whole file system.
    static let singleFlushes = 8

    /// Writes the new contents to scratch files and flushes them.
    borrowing func prepare(in repository: borrowing GitRepository) throws(GitError) -> [ProjectionStep] {
        var steps: [ProjectionStep] = []
        for (number, change) in changes.enumerated() {
            let scratch = "\(folder.scratch)/\(number)"
            guard unlink(scratch) == 0 || errno == ENOENT else { throw FileSystem.error("prepare file", scratch) }
            if let new = change.new {
                guard new.mode == .blob, let blob = new.blobID else {
                    throw GitError(.invalid, "project", "\(change.path) is no plain file")
                }
                try FileSystem.write(repository.readBlob(blob, maximum: LibGit2.maximumObjectSize), to: scratch)
                if changes.count <= Self.singleFlushes { try FileSystem.flush(scratch) }
            }
            steps.append(ProjectionStep(change: change, scratch: scratch))
        }
        if changes.count > Self.singleFlushes { try FileSystem.flushAll(folder.scratch) }
        return steps
    }

    /// Paths at which there is something that may not be replaced.
    borrowing func obstacles(_ steps: [ProjectionStep], _ index: WorkingTreeIndex) throws(GitError) -> [EntryPath] {
        var found: [EntryPath] = []
        for step in steps {
            switch try look(step, index) {
            case .other: found.append(step.path)
            case .missing where step.oldBlob != nil && step.newBlob != nil: found.append(step.path)
            case .missing, .old, .new: continue
            }
        }
        return found
    }

    /// What is at the place of a step.
    borrowing func look(_ step: ProjectionStep, _ index: WorkingTreeIndex?) throws(GitError) -> ProjectedFile {
        guard let stamp = try files.stamp(step.path) else { return .missing }
        if let entry = index?.entries[step.path], let index, entry.isUntouched(stamp, since: index.modified) {
            return entry.blob == step.oldBlob ? .old(stamp) : .other
        }
        guard stamp.fileMode == .blob, stamp.size <= Int64(Layout.maximumFileSize) else { return .other }
        let content: [UInt8]
        do {
            content = try checkout.cleaned(files.contents(step.path, maximum: Layout.maximumFileSize), at: step.path)
        } catch {
            return error.code == .notFound ? .missing : .other
        }
        let blob = try ObjectHash.blob(content)
        if blob == step.newBlob { return .new(stamp) }
        return blob == step.oldBlob || blob == known[step.path] ? .old(stamp) : .other
    }

    /// Changes the files over.
    ///
    /// - Returns: paths at which something else turned up in the last moment; then the swaps have to be undone.
    borrowing func swap(_ steps: [ProjectionStep], _ swaps: inout FileSwaps) throws(GitError) -> [EntryPath] {
        // Removals first: where a folder was, there can be a file.
        for step in steps.filter({ $0.newBlob == nil }) + steps.filter({ $0.newBlob != nil }) {
            do {
                guard try swap(step, &swaps) else { return [step.path] }
            } catch {
                guard error.code == .exists || error.code == .notFound else { throw error }
                return [step.path]
            }
        }
        return []
    }

    private borrowing func swap(_ step: ProjectionStep, _ swaps: inout FileSwaps) throws(GitError) -> Bool {
        let found = try look(step, nil)
        switch (found, step.newBlob) {
        case (.new, .some), (.missing, nil): return true
        case (.missing, .some):
            guard step.oldBlob == nil else { return false }
            try files.add(step.scratch, at: step.path)
            swaps.note(.added(step))
            return true
        case (.old(let stamp), .some):
            try files.exchange(step.scratch, with: step.path)
            swaps.note(.exchanged(step, stamp))
            return try FileSwaps.isUntouched(step.scratch, stamp)
        case (.old(let stamp), nil):
            try files.take(step.path, to: step.scratch)
            swaps.note(.taken(step, stamp))
            guard try FileSwaps.isUntouched(step.scratch, stamp) else { return false }
            try files.removeEmptyFolders(above: step.path)
            return true
        case (.other, _), (.new, nil): return false
        }
    }

    /// Puts everything back, the last change first.
    borrowing func undo(_ swaps: FileSwaps) throws(GitError) {
        for swap in swaps.done.reversed() {
            switch swap {
            case .added(let step): try files.take(step.path, to: step.scratch)
            case .exchanged(let step, _): try files.exchange(step.scratch, with: step.path)
            case .taken(let step, _): try files.add(step.scratch, at: step.path)
            }
        }
    }

    /// Says in an index how the files of the steps look now.
    borrowing func record(_ steps: [ProjectionStep], in draft: borrowing IndexDraft) throws(GitError) {
        for step in steps where step.newBlob == nil { try draft.remove(step.path) }
        for step in steps {
            guard let blob = step.newBlob else { continue }
            if case .new(let stamp) = try look(step, nil) {
                try draft.put(step.path, blob, stamp)
            } else {
                try draft.put(step.path, unseen: blob)
            }
        }
    }
}

/// The files that a projection has changed over so far.
struct FileSwaps {
    enum Swap {
        case added(ProjectionStep)
        case exchanged(ProjectionStep, FileStamp)
        case taken(ProjectionStep, FileStamp)
    }

    private(set) var done: [Swap] = []

    mutating func note(_ swap: Swap) { done.append(swap) }

    /// Whether what was in the places is still as it was found there.
    func areUntouched() throws(GitError) -> Bool {
        for swap in done {
            switch swap {
            case .added: continue
            case .exchanged(let step, let stamp), .taken(let step, let stamp):
                guard try Self.isUntouched(step.scratch, stamp) else { return false }
            }
        }
        return true
    }

    static func isUntouched(_ scratch: String, _ stamp: FileStamp) throws(GitError) -> Bool {
        var status = stat()
        guard lstat(scratch, &status) == 0 else { throw FileSystem.error("look at file", scratch) }
        return FileStamp(status).isSameContent(as: stamp)
    }

    /// Removes what was in the places; what cannot be removed is overwritten by the next projection.
    func discard() {
        for swap in done {
            switch swap {
            case .added: continue
            case .exchanged(let step, _), .taken(let step, _): unlink(step.scratch)
            }
        }
    }
}
