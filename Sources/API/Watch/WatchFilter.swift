import Reconciler
import StateRepo

/// Which resources a watch is about; all of them when it names none.
struct WatchFilter: Hashable, Sendable {
    /// How many names one watch may give.
    static let maximumCount = 16

    /// Names of resources, or what they start with by whole segments.
    private let prefixes: [String]

    init(_ prefixes: [String]) { self.prefixes = Set(prefixes).sorted() }

    /// What of a change is about them; `nil` when nothing is, and a change of nothing when it is not a matter of names.
    func matches(_ change: StateChange) -> [ResourceChange]? {
        guard !prefixes.isEmpty else { return change.resources }
        let matches = change.resources.filter { change in prefixes.contains { change.resource.isAtOrBelow($0) } }
        return matches.isEmpty ? nil : matches
    }
}
