import CLibgit2
import Crypto

/// The names objects would have, computed without a repository.
///
/// The only failure is content that attacks SHA-1: git's hash refuses it, so it throws instead of naming a collision.
package enum ObjectHash {
    package static func blob(_ content: [UInt8]) throws(GitError) -> BlobID {
        try hash(content, GIT_OBJECT_BLOB)
    }

    /// The name of the tree with these entries, which may come in any order.
    package static func tree(_ entries: [GitTreeEntry]) throws(GitError) -> TreeID {
        try hash(TreeWriter.content(of: entries.sorted(by: GitTreeEntry.isOrdered)), GIT_OBJECT_TREE)
    }

    static func commit(_ content: [UInt8]) throws(GitError) -> CommitID {
        try hash(content, GIT_OBJECT_COMMIT)
    }

    /// The name of a tree that this process has spelled from names and ids.
    ///
    /// Without the search for attacks on SHA-1, which takes several times as long: nobody chooses the bytes of a tree.
    static func tree(content: [UInt8]) -> TreeID {
        var hash = Insecure.SHA1()
        hash.update(data: Array("tree \(content.count)\0".utf8))
        hash.update(data: content)
        return hash.finalize().withUnsafeBytes { bytes in bytes.baseAddress.map { TreeID(at: $0) } ?? .zero }
    }

    private static func hash<Kind>(_ content: [UInt8], _ type: git_object_t) throws(GitError) -> ObjectID<Kind> {
        LibGit2.start
        var id = git_oid()
        try check("hash object", git_odb_hash(&id, content, content.count, type))
        return ObjectID(raw: id)
    }
}

/// Spells tree objects.
enum TreeWriter {
    /// The bytes of the tree; `entries` must be in git's order.
    static func content(of entries: [GitTreeEntry]) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(entries.count * 48)
        for entry in entries { append(entry, to: &content) }
        return content
    }

    static func append(_ entry: GitTreeEntry, to content: inout [UInt8]) {
        content += String(entry.mode.rawValue, radix: 8).utf8
        content.append(UInt8(ascii: " "))
        content += entry.name.bytes
        content.append(0)
        withUnsafeBytes(of: entry.id.raw.id) { content += $0 }
    }
}
