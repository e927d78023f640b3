/// Commits that were appended since the last seal, with the lock under which that happened.
struct OpenSeries {
    /// So few commits are sealed as loose objects, as git keeps a small push: a file each is no pack too many.
    static let maximumLooseCommits = 3

    /// How far the series goes.
    private struct Extent {
        var head: CommitID?
        var tree: TreeID?
        var entries = 0
        var objects = 0
        var commits = 0
    }

    let lock: BranchLock
    /// Where the branch was.
    let start: CommitID?
    let begun = ContinuousClock.now
    var pack = OpenPack()
    /// The objects as they are; empty when they are too many to become loose ones.
    private(set) var objects: [StagedObject] = []
    private var hasDroppedObjects = false
    private var appended: Extent
    private var flushed: Extent

    init(lock: BranchLock, at start: CommitID?) {
        self.lock = lock
        self.start = start
        self.appended = Extent(head: start)
        self.flushed = appended
    }

    /// Where the branch is to be; where it is while nothing was appended that still stands.
    var head: CommitID? { appended.head }

    /// The tree of the head, when its commit belongs to the series.
    var tree: TreeID? { appended.tree }

    var isEmpty: Bool { appended.commits == 0 }

    var isFlushed: Bool { appended.commits == flushed.commits }

    /// Whether to seal with a file for each object.
    var isSmall: Bool { !hasDroppedObjects }

    /// What was appended since the last flush.
    var unflushedFrame: JournalFrame? {
        guard appended.commits > flushed.commits, let head = appended.head else { return nil }
        let entries = Array(pack.entries[flushed.entries...])
        let start = entries.first?.offset ?? pack.bytes.count
        return JournalFrame(
            startsPack: flushed.commits == 0,
            previous: flushed.head,
            head: head,
            entries: entries,
            content: Array(pack.bytes[start...])
        )
    }

    /// Takes a commit whose objects are in the pack.
    mutating func append(_ commit: GitCommit, _ staged: [StagedObject]) {
        appended.commits += 1
        if appended.commits > Self.maximumLooseCommits {
            objects = []
            hasDroppedObjects = true
        } else {
            objects += staged
        }
        appended.head = commit.id
        appended.tree = commit.tree
        appended.entries = pack.entries.count
        appended.objects = objects.count
    }

    mutating func markFlushed() { flushed = appended }

    /// Forgets what is not flushed.
    mutating func rollBack() {
        appended = flushed
        pack.truncate(to: flushed.entries)
        if hasDroppedObjects { appended.objects = 0 } else { objects.removeSubrange(flushed.objects...) }
    }
}
