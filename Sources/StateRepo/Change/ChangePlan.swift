/// What a change set comes to on one tree: the tree after it, and how files differ.
package struct ChangePlan: Sendable {
    package let tree: StateTree
    /// The new content of every file that really differs, by path; `nil` removes the file.
    package let files: [String: [UInt8]?]
    package let differences: [FileDifference]
    package let subject: String
    package let message: String?
    /// Whether a caller's edit was merged with changes made since its base.
    package let isMerged: Bool

    package var isEmpty: Bool { files.isEmpty }

    /// New contents of files that the tree does not hold, because the server does not read them.
    package var unread: [StateFile] {
        files.keys.sorted().compactMap { path in
            guard let content = files[path] ?? nil, tree.file(at: path) == nil else { return nil }
            // What the content is called does not matter to those who look into it.
            return StateFile(path: path, blob: .zero, content: content)
        }
    }

    package var touched: [EntryPath] { files.keys.sorted().compactMap { EntryPath($0) } }
}
