import CLibgit2

extension GitRepository {
    /// The object `ref` points at, or `nil` when there is no such ref.
    package borrowing func target(of ref: RefName) throws(GitError) -> CommitID? {
        var id = git_oid()
        do {
            try check("read ref", git_reference_name_to_id(&id, pointer, ref.description))
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
        return CommitID(raw: id)
    }

    /// Moves `ref` to `new` if it is still at `expected`; `nil` means that it must not exist.
    ///
    /// The ref is on disk when the call returns. An error that is none of those below may have come after the ref moved.
    /// - Throws: `modified` when the ref is elsewhere, `notFound` when it is gone, `locked` while another writer holds
    ///   `<ref>.lock`.
    package borrowing func compareAndSwap(
        _ ref: RefName,
        from expected: CommitID?,
        to new: CommitID,
        reflog: String
    ) throws(GitError) {
        var newID = new.raw
        var expectedID = (expected ?? .zero).raw
        let handle: OpaquePointer = try checkOwned("update ref") {
            git_reference_create_matching(&$0, pointer, ref.description, &newID, 1, &expectedID, reflog)
        }
        git_reference_free(handle)
    }

    /// Creates `ref` at `target`.
    ///
    /// - Throws: `modified` when it exists.
    package borrowing func createRef(_ ref: RefName, at target: CommitID) throws(GitError) {
        try compareAndSwap(ref, from: nil, to: target, reflog: "create")
    }

    /// Deletes `ref` if it is still at `expected`.
    ///
    /// - Throws: `notFound`, `modified`, `locked`.
    package borrowing func deleteRef(_ ref: RefName, at expected: CommitID) throws(GitError) {
        let handle: OpaquePointer = try checkOwned("delete ref") {
            git_reference_lookup(&$0, pointer, ref.description)
        }
        defer { git_reference_free(handle) }
        guard let target = git_reference_target(handle), CommitID(raw: target.pointee) == expected else {
            throw GitError(.modified, "delete ref", "\(ref) is not at \(expected)")
        }
        // The handle remembers the target it was read with, and the deletion compares it again under the lock.
        try check("delete ref", git_reference_delete(handle))
    }

    /// All refs whose names start with `prefix`, ordered by name; symbolic refs are left out.
    package borrowing func references(under prefix: String = "refs/") throws(GitError) -> [GitReference] {
        let iterator: OpaquePointer = try checkOwned("list refs") { git_reference_iterator_new(&$0, pointer) }
        defer { git_reference_iterator_free(iterator) }
        var references: [GitReference] = []
        while let handle = try Self.next(of: iterator) {
            defer { git_reference_free(handle) }
            guard let name = RefName(String(cString: git_reference_name(handle))), name.description.hasPrefix(prefix),
                let target = git_reference_target(handle)
            else { continue }
            references.append(GitReference(name: name, target: AnyObjectID(raw: target.pointee)))
        }
        return references.sorted { $0.name.description.utf8.lexicographicallyPrecedes($1.name.description.utf8) }
    }

    private static func next(of iterator: OpaquePointer) throws(GitError) -> OpaquePointer? {
        var handle: OpaquePointer?
        let status = git_reference_next(&handle, iterator)
        guard status != GIT_ITEROVER.rawValue else { return nil }
        try check("list refs", status)
        return handle
    }
}
