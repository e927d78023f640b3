import CLibgit2
import Concurrency

/// An open bare repository; it is closed where its scope ends.
///
/// A handle belongs to one thread at a time: keep it in an actor with a ``QueueExecutor``. Calls block.
/// Objects are read and written as bytes through the object database and decoded here, so that nothing that git can
/// store (odd modes, names that are not UTF-8) is hidden, refused or changed by the library.
package struct GitRepository: ~Copyable {
    let pointer: OpaquePointer
    let objects: ObjectDatabase

    /// Opens the bare repository at `path`, a directory that must belong to the user of this process.
    ///
    /// Object directories named in `objects/info/alternates` are not followed.
    package init(openingBareAt path: String) throws(GitError) {
        LibGit2.start
        let objects = try ObjectDatabase.open(directory: "\(path)/objects")
        let pointer: OpaquePointer = try checkOwned("open repository") {
            let status = git_repository_open_bare(&$0, path)
            return status < 0 ? status : git_repository_set_odb($0, objects.pointer)
        }
        self.init(owning: pointer, objects: objects)
    }

    /// Creates an empty bare repository whose `HEAD` is `refs/heads/main`, and the directories on the way to it.
    ///
    /// - Throws: `exists` when there is a repository already.
    package init(creatingBareAt path: String, configuration: RepositoryConfiguration) throws(GitError) {
        LibGit2.start
        var options = git_repository_init_options()
        try check(
            "create repository",
            git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
        )
        options.flags =
            GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_NO_REINIT.rawValue
            | GIT_REPOSITORY_INIT_MKPATH.rawValue
        let created: OpaquePointer = try checkOwned("create repository") {
            git_repository_init_ext(&$0, path, &options)
        }
        defer { git_repository_free(created) }
        try check("create repository", git_repository_set_head(created, RefName.main.description))
        try configuration.apply(toRepositoryAt: path)
        for name in ["HEAD", "config", "objects", "refs/heads", "refs", "."] {
            try FileSystem.flush("\(path)/\(name)")
        }
        try self.init(openingBareAt: path)
    }

    /// Opens the objects that a push left in quarantine, on top of those of the repository it was pushed to.
    ///
    /// The handle has no refs and must not write.
    /// - Parameters:
    ///   - directory: git's `GIT_QUARANTINE_PATH`.
    ///   - repository: the path of the bare repository.
    package init(quarantine directory: String, over repository: String) throws(GitError) {
        LibGit2.start
        let objects = try ObjectDatabase.open(directory: directory, alternate: "\(repository)/objects")
        let wrapped: OpaquePointer = try checkOwned("open quarantine") {
            git_repository_wrap_odb(&$0, objects.pointer)
        }
        self.init(owning: wrapped, objects: objects)
    }

    private init(owning pointer: OpaquePointer, objects: consuming ObjectDatabase) {
        self.pointer = pointer
        self.objects = objects
    }

    deinit { git_repository_free(pointer) }

    /// Where the repository is; a handle on a quarantine has no path of its own.
    var path: String { String(cString: git_repository_path(pointer)) }
}
