import HashTreeCollections

extension StateTree {
    /// Every path that the tree has an entry for, sorted by bytes.
    package var allPaths: [EntryPath] {
        var paths = agents.values.flatMap { $0.files.map(\.path) }
        paths += releases.values.map(\.document.file.path) + providers.values.map(\.file.path)
        paths += connections.values.map(\.file.path) + [settings?.file.path, format?.file.path].compactMap { $0 }
        for skill in skills.values { paths += [skill.document?.file.path].compactMap { $0 } + skill.assets.map(\.path) }
        paths += companions.keys
        return (paths.compactMap { EntryPath($0) } + strays.keys).sorted()
    }
}
