import CLibgit2

/// Loose objects and packs of one directory, with at most one other directory to read from.
struct ObjectDatabase: ~Copyable {
    let pointer: OpaquePointer

    private init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { git_odb_free(pointer) }

    static func open(directory: String, alternate: String? = nil) throws(GitError) -> ObjectDatabase {
        LibGit2.start
        let database = ObjectDatabase(owning: try checkOwned("open objects") { git_odb_new(&$0) })
        try database.add(
            GuardedLooseObjects.backend(directory: directory),
            as: .own,
            priority: 1
        )
        try database.add(packs(in: directory), as: .own, priority: 2)
        guard let alternate else { return database }
        try database.add(
            GuardedLooseObjects.backend(directory: alternate),
            as: .alternate,
            priority: 1
        )
        try database.add(packs(in: alternate), as: .alternate, priority: 2)
        return database
    }

    /// How often a read that fails is made.
    ///
    /// The library looks once more by itself for what it does not find, but
    /// git may have put another pack in the place of the one it found then.
    static let reads = 3

    /// Makes a failed read again, with the packs that are there now: git may have removed one while it was read.
    borrowing func lookingAgain(_ read: () -> Int32) -> Int32 {
        var status = read()
        for _ in 1..<Self.reads where status < 0 {
            guard git_odb_refresh(pointer) == 0 else { return status }
            status = read()
        }
        return status
    }

    private enum Role { case own, alternate }

    private typealias Backend = UnsafeMutablePointer<git_odb_backend>

    /// The database owns `backend` afterwards.
    private borrowing func add(_ backend: Backend, as role: Role, priority: Int32) throws(GitError) {
        let status =
            switch role {
            case .own: git_odb_add_backend(pointer, backend, priority)
            case .alternate: git_odb_add_alternate(pointer, backend, priority)
            }
        guard status < 0 else { return }
        let error = GitError(status: status, operation: "open objects")
        backend.pointee.free?(backend)
        throw error
    }

    private static func packs(in directory: String) throws(GitError) -> Backend {
        try checkOwned("open packs") { git_odb_backend_pack(&$0, directory) }
    }
}

/// One object lent by the database: its type and its bytes.
struct StoredObject: ~Copyable {
    private let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    deinit { git_odb_object_free(pointer) }

    var type: git_object_t { git_odb_object_type(pointer) }

    /// In bytes.
    var size: Int { git_odb_object_size(pointer) }

    /// Lends the content; the pointer is valid only inside `body`.
    borrowing func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: git_odb_object_data(pointer), count: size))
    }
}
