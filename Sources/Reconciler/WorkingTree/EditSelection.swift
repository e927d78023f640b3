import StateRepo

/// Picks, from edits of a working tree, those that can become a commit.
struct EditSelection {
    /// What a set of edits comes to.
    struct Judgement {
        let merge: TreeMerge
        let tree: StateTree
        let diagnostics: [Diagnostic]

        var isAdmitted: Bool { diagnostics.allSatisfy { $0.severity != .error } }

        /// The groups that errors name.
        var blamed: Set<String> {
            Set(diagnostics.filter { $0.severity == .error }.map { EditGroups.name(of: $0.file) })
        }
    }

    /// What passes; `nil` when nothing does.
    private(set) var accepted: Judgement?
    /// The paths of what passes.
    private(set) var taken: [EntryPath] = []
    /// What is to be said of all the edits together.
    let diagnostics: [Diagnostic]

    /// Asks for everything at once, then for everything that no finding names, then for one group after the other.
    init(_ groups: EditGroups, _ judge: ([FileVersions]) throws -> Judgement) throws {
        let all = try judge(groups.files(of: groups.names))
        diagnostics = all.diagnostics
        guard !all.isAdmitted else {
            accept(all, groups.names, groups)
            return
        }
        let blamed = all.blamed
        let rest = groups.names.filter { !blamed.contains($0) }
        if !rest.isEmpty, rest.count < groups.names.count {
            let judgement = try judge(groups.files(of: rest))
            guard !judgement.isAdmitted else {
                accept(judgement, rest, groups)
                return
            }
        }
        guard groups.names.count > 1, groups.names.count <= EditGroups.maximumTried else { return }
        try grow(groups, judge)
    }

    /// Adds groups as long as one more passes together with those before.
    private mutating func grow(_ groups: EditGroups, _ judge: ([FileVersions]) throws -> Judgement) throws {
        var chosen: [String] = []
        var open = groups.names
        var hasGrown = true
        while hasGrown {
            hasGrown = false
            for name in open {
                let judgement = try judge(groups.files(of: chosen + [name]))
                guard judgement.isAdmitted else { continue }
                chosen.append(name)
                accept(judgement, chosen, groups)
                hasGrown = true
            }
            open.removeAll(where: chosen.contains)
        }
    }

    private mutating func accept(_ judgement: Judgement, _ names: [String], _ groups: EditGroups) {
        accepted = judgement
        taken = groups.files(of: names).map(\.path)
    }
}
