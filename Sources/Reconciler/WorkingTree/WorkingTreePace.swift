/// Decides when the next pass over a working tree is due, so that neither looking nor projecting takes up the machine or
/// keeps git commands of people from the index.
struct WorkingTreePace {
    /// How long an edit can stay unseen when no event came.
    static let scanInterval: Duration = .seconds(10)
    /// The least time between two looks at every file.
    static let leastPause: Duration = .milliseconds(100)
    /// The least time between two passes that may hold the index.
    static let leastProjectionPause: Duration = .milliseconds(250)

    private var isDirty = true
    private var isBranchDirty = true
    private var isWaiting = false
    private var lastScan: Duration?
    private var nextScan: Duration = .zero
    private var nextPass: Duration = .zero

    mutating func note(_ hints: TreeWatcher.Hints) {
        if hints.contains(.files) { isDirty = true }
        if hints.contains(.git) { isBranchDirty = true }
    }

    /// How thorough a pass at `time` should be; `nil` when none is due.
    func due(at time: Duration, isBehind: Bool) -> WorkingTreeKeeper.Depth? {
        guard time >= nextPass else { return nil }
        let isLate = lastScan.map { time - $0 >= Self.scanInterval } ?? true
        if isDirty || isWaiting || isLate, time >= nextScan { return .everything }
        return isBranchDirty || isBehind ? .branch : nil
    }

    /// Notes that a pass begins; what happens from now on asks for another one.
    mutating func begin(_ depth: WorkingTreeKeeper.Depth) {
        isBranchDirty = false
        if depth == .everything { isDirty = false }
    }

    /// Notes that a pass has ended, when it began, and whether something waits.
    mutating func end(_ depth: WorkingTreeKeeper.Depth, from start: Duration, to end: Duration, isWaiting: Bool) {
        self.isWaiting = isWaiting
        let length = end - start
        nextPass = end + max(Self.leastProjectionPause, length * 4)
        guard depth == .everything else { return }
        lastScan = end
        nextScan = end + max(Self.leastPause, length * 10)
    }
}
