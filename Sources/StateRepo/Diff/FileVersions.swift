/// One path on both sides of a change, as git stores it.
///
/// It is also a change that is asked for: what the file was, and what it is to be.
package struct FileVersions: Sendable {
    /// What one side has.
    package struct Version: Sendable {
        package let mode: FileMode
        package let id: AnyObjectID
        /// `nil` when it is larger than any file may be, or no file.
        package let content: [UInt8]?

        package init(mode: FileMode, id: AnyObjectID, content: [UInt8]?) {
            self.mode = mode
            self.id = id
            self.content = content
        }
    }

    package let path: EntryPath
    package let old: Version?
    package let new: Version?

    package init(path: EntryPath, old: Version?, new: Version?) {
        self.path = path
        self.old = old
        self.new = new
    }

    /// The path as text, escaped when it is none.
    var name: String { path.text ?? StrayRules.displayName(of: path) }

    /// How many bytes are held.
    var size: Int { (old?.content?.count ?? 0) + (new?.content?.count ?? 0) }

    /// Whether both sides can be compared by lines: what is there is UTF-8 without NUL.
    var isText: Bool { [old, new].allSatisfy { $0?.isText ?? true } }

    /// How the file differs, in the terms of its content.
    package var difference: FileDifference {
        guard isText else { return FileDifference(opaque: name, isOld: old != nil, isNew: new != nil) }
        return FileDifference(path: name, old: old?.content, new: new?.content)
    }
}

extension FileVersions.Version {
    var isText: Bool { content.map(FileDifference.isText) ?? false }
}
