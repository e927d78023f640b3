internal import GRDB
package import StateRepo

/// `index.sqlite` as it is, for whoever looks and must not change it; ``HistoryIndex`` replaces a damaged one.
package struct HistoryIndexFile: Sendable {
    private let file: DatabaseFile

    package init(path: String) { self.file = DatabaseFile(path: path) }

    /// Whether a start goes on with the file; it makes another in the place of one that is damaged or of another version.
    package func isUsable() throws(LocalStoreError) -> Bool {
        do throws(LocalStoreError) {
            return try file.read { try IndexFile.isUsable($0) }
        } catch {
            guard error.code == .corrupt else { throw error }
            return false
        }
    }

    /// The newest commit of `main` that the index knows; `nil` when it knows none.
    ///
    /// - Throws: also when the file is damaged; ask ``isUsable()`` before.
    package func head() throws(LocalStoreError) -> CommitID? {
        try file.read { try $0.tableExists("commits") ? HistoryReader($0).head()?.revision : nil }
    }
}
