import HashTreeCollections

/// Names that are one file, or one folder, on some disks: equal without regard to case.
///
/// The names of resources cannot collide, because their alphabet has no upper case; those of files beside them can.
enum CollisionRules {
    /// - Parameter touched: files beside resources that a change touches.
    static func diagnostics(_ tree: StateTree, touched: [String]) -> [Diagnostic] {
        guard !touched.isEmpty else { return [] }
        var present = Set(tree.companions.keys)
        for skill in tree.skills.values { present.formUnion(skill.assets.map(\.path)) }
        var spellings: [String: Set<String>] = [:]
        for path in present {
            for place in places(of: path) { spellings[place.lowercased(), default: []].insert(place) }
        }
        return touched.sorted().filter(present.contains).compactMap { path in
            for place in places(of: path) {
                guard let other = spellings[place.lowercased()]?.filter({ $0 != place }).min() else { continue }
                return diagnostic(path, place: place, other: other)
            }
            return nil
        }
    }

    /// - Parameters:
    ///   - place: the path, or a folder on the way to it.
    ///   - other: what it collides with.
    static func diagnostic(_ path: String, place: String, other: String) -> Diagnostic {
        let message = "the name \(place) differs from \(other) only by case"
        return Diagnostic(.error, "layout.collision", file: path, message, hint: "rename one of them")
    }

    /// The path and every folder on the way to it.
    private static func places(of path: String) -> [String] {
        path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) } + [path]
    }
}
