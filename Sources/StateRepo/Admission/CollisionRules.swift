import HashTreeCollections

/// Names that are one file on some disks: equal without regard to case.
///
/// The names of resources cannot collide, because their alphabet has no upper case; those of files beside them can.
enum CollisionRules {
    static func diagnostics(_ tree: StateTree, touched: [String]) -> [Diagnostic] {
        guard !touched.isEmpty else { return [] }
        var byFolded: [String: [String]] = [:]
        for path in tree.companions.keys { byFolded[path.lowercased(), default: []].append(path) }
        for skill in tree.skills.values {
            for asset in skill.assets { byFolded[asset.path.lowercased(), default: []].append(asset.path) }
        }
        return touched.sorted().compactMap { path in
            guard let other = byFolded[path.lowercased()]?.filter({ $0 != path }).min() else { return nil }
            let message = "the name differs from \(other) only by case"
            return Diagnostic(.error, "layout.collision", file: path, message, hint: "rename one of them")
        }
    }
}
