import Concurrency

/// Flushes to disk that refs have moved.
///
/// git flushes a ref's file and never the directory that it is renamed in: a power cut after an acknowledged push brings the
/// old tip back, with `core.fsync=all` too. So nobody is told of a push before this is done.
package actor RefFlusher {
    private let executor: QueueExecutor
    private let repository: String
    private let files: WriterFiles
    /// Whether a flush has failed since one of everything: the kernel tells of an error once, and then calls clean what is lost.
    private var isInDoubt = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - repository: the absolute path of the bare repository.
    ///   - probe: called before everything is flushed, and what it throws is thrown instead: for tests.
    package init(
        repository: String,
        probe: @escaping @Sendable (WriterStep) throws(GitError) -> Void = { _ throws(GitError) in }
    ) {
        self.executor = QueueExecutor(label: "gitplane.ref-flusher")
        self.repository = repository
        self.files = WriterFiles(probe: probe)
    }

    /// Flushes the directories of the refs, of `packed-refs` and of the packs.
    ///
    /// - Throws: ``GitError`` when one cannot be flushed: whether the refs survive a power cut is not known then.
    package func flush(_ refs: [RefName]) throws(GitError) {
        if isInDoubt { try files.flushEverything(repository) }
        isInDoubt = true
        for directory in Self.directories(of: refs) { try flush(directory) }
        isInDoubt = false
    }

    /// Where refs are, before and after they may have moved; those that are not there are left out.
    package func targets(of refs: [RefName]) throws(GitError) -> [RefName: AnyObjectID] {
        let repository = try GitRepository(openingBareAt: repository)
        var targets: [RefName: AnyObjectID] = [:]
        for ref in refs { targets[ref] = try repository.target(of: ref).map { AnyObjectID(rebinding: $0) } }
        return targets
    }

    /// Deepest first, so that a directory is on disk before its own entry is.
    static func directories(of refs: [RefName]) -> [String] {
        var directories: Set<String> = ["", "objects/pack", "refs"]
        for ref in refs {
            var components = ref.description.split(separator: "/").dropLast()
            while !components.isEmpty {
                directories.insert(components.joined(separator: "/"))
                components = components.dropLast()
            }
        }
        return directories.sorted { lhs, rhs in
            let (left, right) = (lhs.split(separator: "/").count, rhs.split(separator: "/").count)
            return (-left, lhs) < (-right, rhs)
        }
    }

    /// A directory that is not there has nothing to lose: its ref was deleted or refused.
    private func flush(_ directory: String) throws(GitError) {
        do {
            try FileSystem.flush(directory.isEmpty ? repository : "\(repository)/\(directory)")
        } catch {
            guard error.code == .notFound, directory.utf8.starts(with: "refs/".utf8) else { throw error }
        }
    }
}
