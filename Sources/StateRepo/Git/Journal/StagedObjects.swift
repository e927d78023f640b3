import CLibgit2

/// An object that has its name and is written nowhere yet.
struct StagedObject {
    let id: AnyObjectID
    let type: git_object_t
    let content: [UInt8]
    /// Of a tree: where it stands, what it was made from, and the same bytes with the places of the entries.
    let tree: (path: [EntryName], base: TreeID?, content: TreeContent)?

    /// Whether the object is written without compression.
    ///
    /// More than half of a tree is hashes: compressing it costs more than
    /// the rest of a commit, to save little until maintenance packs it as a delta.
    var isStored: Bool { type == GIT_OBJECT_TREE }
}

extension Deflater {
    /// A zlib stream of the object's content, after `head`.
    func stream(of object: StagedObject, after head: [UInt8] = []) throws(GitError) -> [UInt8] {
        let content = head.isEmpty ? object.content : head + object.content
        return object.isStored ? Self.store(content) : try deflate(content)
    }
}

/// The objects of one commit while it is put together; nothing is changed until all of them are there.
final class StagedObjects {
    private(set) var objects: [StagedObject] = []
    private var ids: Set<AnyObjectID> = []
    private let lookUp: (TreeID, [EntryName]) throws(GitError) -> TreeContent
    private let isStored: (AnyObjectID) -> Bool

    /// - Parameters:
    ///   - lookUp: reads a tree that is written already.
    ///   - isStored: whether an object is written already.
    init(
        lookUp: @escaping (TreeID, [EntryName]) throws(GitError) -> TreeContent,
        isStored: @escaping (AnyObjectID) -> Bool
    ) {
        self.lookUp = lookUp
        self.isStored = isStored
    }

    func add<Kind>(
        _ id: ObjectID<Kind>,
        _ type: git_object_t,
        _ content: [UInt8],
        tree: (path: [EntryName], base: TreeID?, content: TreeContent)? = nil
    ) -> ObjectID<Kind> {
        let object = StagedObject(id: AnyObjectID(rebinding: id), type: type, content: content, tree: tree)
        if ids.insert(object.id).inserted { objects.append(object) }
        return id
    }
}

extension StagedObjects: TreeStore {
    func tree(_ id: TreeID, at path: [EntryName]) throws(GitError) -> TreeContent { try lookUp(id, path) }

    func write(_ tree: TreeContent, replacing base: TreeID?, at path: [EntryName]) throws(GitError) -> TreeID {
        guard tree.bytes.count <= GitRepository.maximumTreeSize else {
            throw GitError(.limitExceeded, "write tree", "\(tree.bytes.count) bytes, more than can be read again")
        }
        let id = ObjectHash.tree(content: tree.bytes)
        return add(id, GIT_OBJECT_TREE, tree.bytes, tree: (path, base, tree))
    }

    func checkWritable(_ entry: GitTreeEntry) throws(GitError) {
        guard entry.name.isWritable else { throw GitError(.invalid, "write tree", "\(entry.name) is a reserved name") }
        guard entry.mode != .submodule, !ids.contains(entry.id), !isStored(entry.id) else { return }
        throw GitError(.notFound, "write tree", "\(entry.id) is not stored")
    }
}
