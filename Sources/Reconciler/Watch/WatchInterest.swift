import StateRepo

/// What a waiting request may be changed by.
package enum WatchInterest: Hashable, Sendable {
    case everything
    /// Resources of these names, and those below them by whole segments.
    case below([String])

    /// Whether what `event` tells can matter.
    func isConcerned(by event: WatchEvent) -> Bool {
        guard case .below(let names) = self else { return true }
        switch event {
        case .status: return false
        case .reset, .behind: return true
        case .change(let change):
            return change.resources.contains { change in
                names.contains { change.resource.isAtOrBelow($0) }
            }
        }
    }
}

extension ResourceName {
    /// Whether the name is `prefix` or starts with it and a slash.
    package func isAtOrBelow(_ prefix: String) -> Bool {
        let name = description.utf8
        guard name.starts(with: prefix.utf8) else { return false }
        let rest = name.dropFirst(prefix.utf8.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "/")
    }

    /// The name and what stands before each of its slashes.
    var prefixes: [String] {
        let name = description
        let slashes = name.indices.filter { name[$0] == "/" }
        return slashes.map { String(name[..<$0]) } + [name]
    }
}
