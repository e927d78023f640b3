/// The objects of sealed commits, by how git got them.
///
/// A person's git may remove them again: `git prune` the loose ones, `git repack -a -d` the packs, when it began before the
/// branch named their commit.
struct SealedObjects {
    private struct Pack {
        let name: CommitID
        let objects: [AnyObjectID]
    }

    private var loose: [AnyObjectID] = []
    private var packs: [Pack] = []
    private var last: (commit: CommitID, tree: TreeID?, isLoose: Bool)?

    /// Takes what was written; once, when a seal is tried again that had come so far.
    mutating func add(_ series: OpenSeries, named head: CommitID) {
        guard last?.commit != head else { return }
        last = (head, series.tree, series.isSmall)
        if series.isSmall {
            loose += series.objects.map(\.id)
        } else {
            packs.append(Pack(name: head, objects: series.pack.entries.map(\.id)))
        }
    }

    /// The tree of the commit that was added last; to ask git for it costs a look at every pack there is.
    func tree(of commit: CommitID) -> TreeID? { last?.commit == commit ? last?.tree : nil }

    /// Whether the commit that was added last is in the file that it was written to.
    func hasLast(in files: ObjectFiles) -> Bool {
        guard let last else { return true }
        return last.isLoose ? files.hasLoose(AnyObjectID(rebinding: last.commit)) : files.hasPack(last.commit)
    }

    /// Forgets the objects, when git has all of them on disk.
    mutating func clear() {
        loose = []
        packs = []
    }

    /// Takes out what is no longer in the file that it was written to; git may have it in another.
    mutating func takeMoved(_ files: ObjectFiles) -> [AnyObjectID] {
        let gone = (
            loose: Set(loose.filter { !files.hasLoose($0) }),
            packs: Set(packs.map(\.name).filter { !files.hasPack($0) })
        )
        guard !gone.loose.isEmpty || !gone.packs.isEmpty else { return [] }
        let packed = packs.filter { gone.packs.contains($0.name) }.flatMap(\.objects)
        loose.removeAll { gone.loose.contains($0) }
        packs.removeAll { gone.packs.contains($0.name) }
        return Array(gone.loose) + packed
    }
}
