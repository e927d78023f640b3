import CLibgit2

/// Writes objects where git looks for them: as files of their own, or as a pack with its index.
struct ObjectFiles {
    private let directory: String
    private let files: WriterFiles

    init(repositoryAt path: String, _ files: WriterFiles) {
        self.directory = "\(path)/objects"
        self.files = files
    }

    /// The place of a loose object.
    func path(of id: AnyObjectID) -> String {
        let name = id.description
        return "\(directory)/\(name.prefix(2))/\(name.dropFirst(2))"
    }

    /// How often something is written anew when git removes its folder, or a part of it, in that very moment.
    static let maximumAttempts = 5

    /// Whether there is a file for the object; it may be in a pack all the same.
    func hasLoose(_ id: AnyObjectID) -> Bool { FileSystem.exists(path(of: id)) }

    /// Whether there are a pack of that name and its index.
    func hasPack(_ name: CommitID) -> Bool { packFiles(name).allSatisfy(FileSystem.exists) }

    /// Removes what is in another pack by now, whatever a power cut has made of it.
    func removeCopies(of series: JournalRecovery.Series) throws(GitError) {
        let copies = series.heads.flatMap(packFiles) + series.pack.entries.map { path(of: $0.id) }
        for path in copies where FileSystem.exists(path) { try files.remove(path, .removeObject) }
    }

    /// The index first: without it the pack is none.
    private func packFiles(_ name: CommitID) -> [String] {
        ["idx", "pack"].map { "\(directory)/pack/pack-\(name).\($0)" }
    }

    /// Writes a loose object, over one that may be damaged, or about to be removed for its age; it is not flushed.
    func writeLoose(_ object: StagedObject, _ deflater: Deflater) throws(GitError) {
        let path = path(of: object.id)
        let kind = String(cString: git_object_type2string(object.type))
        let content = try deflater.stream(of: object, after: Array("\(kind) \(object.content.count)\0".utf8))
        try patiently { () throws(GitError) in
            try files.makeDirectory("\(directory)/\(object.id.description.prefix(2))")
            try files.place(content, at: path, by: "\(directory)/tmp_obj_\(object.id)")
        }
    }

    /// Writes a pack as `pack-<name>`, over one that has the name already; the index comes last, because git finds packs
    /// by it.
    ///
    /// - Parameter name: `nil` for the checksum of the content, as git names its own; no command that began before knows it.
    func write(_ pack: OpenPack, named name: CommitID? = nil, flushes: Bool = false) throws(GitError) {
        let (content, index, checksum) = pack.files()
        let name = name ?? CommitID(bytes: checksum[...]) ?? .zero
        let path = "\(directory)/pack/pack-\(name)"
        let temporary = "\(directory)/pack/tmp_pack_\(name)"
        try patiently { () throws(GitError) in
            try files.makeDirectory("\(directory)/pack")
            try files.place(content, at: "\(path).pack", by: temporary, flushes: flushes)
            try files.place(index, at: "\(path).idx", by: temporary, flushes: flushes)
        }
        if flushes { try FileSystem.flush("\(directory)/pack") }
    }

    private func patiently(_ body: () throws(GitError) -> Void) throws(GitError) {
        for attempt in 1...Self.maximumAttempts {
            do throws(GitError) {
                return try body()
            } catch {
                guard error.code == .notFound, attempt < Self.maximumAttempts else { throw error }
            }
        }
    }
}
