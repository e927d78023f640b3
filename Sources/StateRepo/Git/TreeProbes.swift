/// Finds and replaces a few names in one tree object, in one pass and without copying the other entries.
///
/// A name can stand in either of two places of git's order, as a file and as a directory, so each is looked for at both.
struct TreeProbes {
    private let probes: [(name: EntryName, isTree: Bool)]

    init(_ names: some Sequence<EntryName>) {
        self.probes = names.flatMap { [(name: $0, isTree: false), (name: $0, isTree: true)] }.sorted { left, right in
            left.name.bytes.withUnsafeBytes { Self.order($0, left.isTree, right) < 0 }
        }
    }

    /// The entries that have one of the names.
    func entries(in tree: UnsafeRawBufferPointer) throws(GitError) -> [EntryName: GitTreeEntry] {
        var found: [EntryName: GitTreeEntry] = [:]
        try scan(tree) { entry, probe in
            if let probe { found[probe] = GitTreeEntry(entry) }
        }
        return found
    }

    /// The bytes of `tree` without the entries that have one of the names, and with `replacements`, sorted, in their place.
    func replacing(
        with replacements: [GitTreeEntry],
        in tree: UnsafeRawBufferPointer
    ) throws(GitError) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(tree.count + replacements.count * 64)
        var pending = replacements[...]
        try scan(tree) { entry, probe in
            while let next = pending.first, Self.precedes(next, entry) {
                TreeWriter.append(next, to: &content)
                pending.removeFirst()
            }
            if probe == nil { content += entry.source }
        }
        for entry in pending { TreeWriter.append(entry, to: &content) }
        return content
    }

    /// Calls `visit` with every entry and, where the entry has one of the names, that name.
    private func scan(
        _ tree: UnsafeRawBufferPointer,
        _ visit: (TreeScanner.Entry, EntryName?) -> Void
    ) throws(GitError) {
        var scanner = TreeScanner(tree)
        var index = 0
        while let entry = try scanner.next() {
            var match: EntryName?
            while index < probes.count {
                let order = Self.order(entry.name, entry.isTree, probes[index])
                if order < 0 { break }
                if order == 0 { match = probes[index].name }
                index += 1
            }
            visit(entry, match)
        }
    }

    private static func order(
        _ name: UnsafeRawBufferPointer,
        _ isTree: Bool,
        _ probe: (name: EntryName, isTree: Bool)
    ) -> Int {
        probe.name.bytes.withUnsafeBytes { TreeOrder.compare(name, isTree: isTree, $0, isTree: probe.isTree) }
    }

    private static func precedes(_ replacement: GitTreeEntry, _ entry: TreeScanner.Entry) -> Bool {
        order(entry.name, entry.isTree, (replacement.name, replacement.mode.isTree)) > 0
    }
}
