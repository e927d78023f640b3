extension LedgerRef {
    /// Where the tree of the ledger does not hold what its commits say, a line for each.
    ///
    /// A ledger that came from elsewhere is looked at before it is believed.
    package static func faults(in repository: borrowing GitRepository) throws(GitError) -> [String] {
        guard let tip = try repository.target(of: .releases) else { return [] }
        let tree = try repository.readCommit(tip).tree
        var faults: [String] = []
        for record in try records(upTo: tip, in: repository) {
            let path = "\(record.agent)/\(record.entry.version)"
            let kept = try EntryPath(path).flatMap { (path) throws(GitError) in
                try repository.lookUp(path, in: tree)
            }
            guard kept?.treeID != record.entry.definition else { continue }
            faults.append("\(path) is not the definition \(record.entry.definition), which its commit names")
        }
        return faults
    }
}
