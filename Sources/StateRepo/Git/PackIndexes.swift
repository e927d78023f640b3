package import Foundation

/// The indexes of the packs, by which objects are found in them; git-index-pack(1) makes one anew of its pack.
///
/// Git removes the index before the pack, and names a new pack before its index: one that is ended in between leaves a pack
/// without, on which every later git-repack(1) fails.
package struct PackIndexes: Sendable {
    private static let folder = "objects/pack"
    /// How long a pack may have no index beside others that write, in seconds.
    private static let patience: TimeInterval = 60

    /// The absolute path of the bare repository.
    private let repository: String

    package init(repositoryAt path: String) { self.repository = path }

    /// The packs whose index is damaged or missing, or that are cut short or gone beside theirs, as paths relative to the
    /// repository, in order.
    ///
    /// - Parameters:
    ///   - isQuiet: whether nobody writes there; else a pack that is new may have none for a moment.
    ///   - now: what the age of a pack is told by.
    package func faulty(isQuiet: Bool, at now: Date = Date()) throws -> [String] {
        let folder = "\(repository)/\(Self.folder)"
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let packs = names.compactMap { name -> String? in
            guard name.hasPrefix("pack-"), let end = name.lastIndex(of: "."), [".pack", ".idx"].contains(name[end...])
            else { return nil }
            return "\(name[..<end]).pack"
        }
        return try Set(packs).sorted().filter { name in
            let pack = "\(Self.folder)/\(name)"
            let index = Self.index(of: pack)
            guard FileSystem.exists(path(index)) else { return isQuiet || isSettled(pack, at: now) }
            // libgit2 names an index before its pack.
            guard FileSystem.exists(path(pack)) else { return isQuiet || isSettled(index, at: now) }
            return try !isIndexed(pack)
        }
        .map { "\(Self.folder)/\($0)" }
    }

    /// Whether an index can be made of the pack: it is as git has written it, and nothing else is in the place of the index.
    package func canBeMade(_ pack: String) throws -> Bool {
        guard kind(of: pack) == .typeRegular else { return false }
        guard try !SealedFile(path: path(pack)).isDamaged() else { return false }
        return [nil, .typeRegular, .typeSymbolicLink].contains(kind(of: Self.index(of: pack)))
    }

    /// Whether the index of the pack is whole, and is that of this pack: both end with the pack's hash, behind which the index
    /// has one of its own (gitformat-pack(5)).
    private func isIndexed(_ pack: String) throws -> Bool {
        let index = Self.index(of: pack)
        guard kind(of: index) != .typeDirectory else { return false }
        guard try !SealedFile(path: path(index)).isDamaged() else { return false }
        guard let end = try tail(of: index, 40), try end.prefix(20) != tail(of: pack, 20) else { return true }
        // Git removes an index before its pack: both are gone then.
        return !FileSystem.exists(path(index))
    }

    /// The last bytes of a file; `nil` when it cannot be opened, or has fewer.
    private func tail(of name: String, _ count: Int) throws -> Data? {
        guard kind(of: name) == .typeRegular, let file = FileHandle(forReadingAtPath: path(name)) else { return nil }
        defer { file.closeFile() }
        let size = try file.seekToEnd()
        guard size >= UInt64(count) else { return nil }
        try file.seek(toOffset: size - UInt64(count))
        return try file.readToEnd()
    }

    /// What stands there itself: a link is not followed.
    private func kind(of name: String) -> FileAttributeType? {
        // What is gone meanwhile is nothing.
        (try? FileManager.default.attributesOfItem(atPath: path(name)))?[.type] as? FileAttributeType
    }

    /// Whether nothing is in the pack, as a power cut may leave one, and no index names what was.
    package func isEmpty(_ pack: String) throws -> Bool {
        // What is gone meanwhile was removed by somebody's git.
        guard FileSystem.exists(path(pack)) else { return false }
        let attributes = try FileManager.default.attributesOfItem(atPath: path(pack))
        guard attributes[.type] as? FileAttributeType == .typeRegular, attributes[.size] as? Int == 0 else {
            return false
        }
        let index = Self.index(of: pack)
        return try kind(of: index) == nil || SealedFile(path: path(index)).isDamaged()
    }

    /// Removes a pack with its index.
    package func remove(_ pack: String) throws(GitError) {
        for name in [Self.index(of: pack), pack] where FileSystem.exists(path(name)) {
            try FileSystem.remove(path(name))
        }
    }

    private static func index(of pack: String) -> String { "\(pack.dropLast(".pack".count)).idx" }

    private func path(_ name: String) -> String { "\(repository)/\(name)" }

    private func isSettled(_ file: String, at now: Date) -> Bool {
        // What is gone meanwhile was removed by somebody's git.
        let attributes = try? FileManager.default.attributesOfItem(atPath: path(file))
        return (attributes?[.modificationDate] as? Date).map { now.timeIntervalSince($0) > Self.patience } ?? false
    }
}
