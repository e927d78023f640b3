import GitTransport
import StateRepo

/// Looks at everything that a start looks at, and changes nothing; a server may be running.
struct Examination {
    let folder: DataFolder
    let rules: StateRules
    let programs: GitPrograms
    /// Where the identity may be named, as for a server; without variables that have no text.
    let environment: [String: String]

    /// Everything that was found, in the order in which a start would meet it.
    func findings() async -> [Finding] {
        let holder = DirectoryLock.holder(path: folder.lock)
        var findings = server(holder) + permissions()
        findings += room()
        findings += folder.misplaced().map { Finding(.person, "data folder", $0) }
        findings += attempt("state.git/packed-refs") {
            try folder.packedRefsProblem().map { [Finding(.person, "state.git/packed-refs", $0)] } ?? []
        }
        // What a running server is in the middle of is nobody's leftover.
        if holder == .nobody { findings += draft() + attempt("repository") { try leftovers() } }
        let tables = attempt("state.git") { try damagedTables() }
        var hidesPacks = false
        let indexes = attempt("state.git/objects/pack") {
            let found = try packIndexes(besideServer: holder != .nobody)
            hidesPacks = found.hidesPacks
            return found.findings
        }
        findings += tables + indexes
        // What would be read by damaged ones says nothing about what is there.
        if !hidesPacks, !tables.contains(where: { $0.subject.hasSuffix(DerivedFiles.packTable) }) {
            findings += attempt("repository") { try repository() } + attempt("state") { try state() }
            if holder == .nobody { findings += attempt("main") { try lostCommits() } }
        }
        findings += await objects(hidesPacks: hidesPacks)
        findings += attempt("state.git/worktrees") { try workingTree() }
        findings += attempt("local.sqlite") { try local() }
        findings += attempt("secrets.age") { try secrets(besideServer: holder != .nobody) }
        findings += recoveryKey()
        return findings + attempt("index.sqlite") { try index() }
    }

    private func server(_ holder: DirectoryLock.Holder) -> [Finding] {
        switch holder {
        case .nobody: [Finding(.fine, "server", "none is running on this folder")]
        case .process(let id):
            [Finding(.fine, "server", "process \(id.map(String.init) ?? "(unknown)") is running on this folder")]
        }
    }

    /// What cannot be looked at is a finding too.
    private func attempt(_ subject: String, _ body: () throws -> [Finding]) -> [Finding] {
        do {
            return try body()
        } catch {
            guard CommandFailure.isFull(error, folder) else {
                return [Finding(.person, subject, "it cannot be read: \(error)")]
            }
            return [Finding(.person, subject, "it cannot be looked at now: \(CommandFailure.fullDisk)")]
        }
    }
}
