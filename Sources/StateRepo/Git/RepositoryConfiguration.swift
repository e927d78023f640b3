import CLibgit2
import Glibc

/// What the `config` file of the state repository says, for git's processes as much as for libgit2.
///
/// It is applied when the repository is created and again at every start, because whoever can reach the directory can
/// edit the file.
package struct RepositoryConfiguration: Sendable {
    /// The largest pack that a push may send, in bytes.
    package static let standardMaximumPush = 100 << 20

    /// An absolute directory that holds our hooks and nothing else.
    package let hooksPath: String
    package let maximumPush: Int

    package init(hooksPath: String, maximumPush: Int = Self.standardMaximumPush) {
        self.hooksPath = hooksPath
        self.maximumPush = maximumPush
    }

    /// Keys and values in the spelling of `git config`.
    package var entries: [(key: String, value: String)] {
        [
            // What is acknowledged is on disk. libgit2 is told so by ``LibGit2/start``: the key that it reads,
            // core.fsyncObjectFiles, makes every git command print a warning.
            ("core.fsync", "all"),
            // A push that meets our lock waits for it.
            ("core.filesreflocktimeout", "5000"),
            ("core.packedrefstimeout", "5000"),
            ("core.bare", "true"),
            ("core.logallrefupdates", "false"),
            ("core.hookspath", hooksPath),
            ("core.symlinks", "false"),
            ("core.protecthfs", "true"),
            ("core.protectntfs", "true"),
            // Blobs above this size are streamed and not deltified.
            ("core.bigfilethreshold", "1m"),
            // What git maps and caches has to fit into the memory that its processes may have.
            ("core.packedgitwindowsize", "16m"),
            ("core.packedgitlimit", "128m"),
            ("core.deltabasecachelimit", "32m"),
            ("pack.threads", "2"),
            ("pack.windowmemory", "64m"),
            ("receive.fsckobjects", "true"),
            // Branches other than main may be rewritten and deleted; main is guarded by the gate, and by git's own rule
            // for the branch that HEAD names.
            ("receive.denynonfastforwards", "false"),
            ("receive.denydeletes", "false"),
            ("receive.denydeletecurrent", "refuse"),
            ("receive.denycurrentbranch", "ignore"),
            ("receive.unpacklimit", "1"),
            ("receive.maxinputsize", String(maximumPush)),
            ("receive.autogc", "false"),
            ("receive.advertisepushoptions", "true"),
            ("uploadpack.allowfilter", "true"),
            ("uploadpack.allowanysha1inwant", "false"),
            // Nobody packs or prunes beside the writer.
            ("gc.auto", "0"),
            ("gc.pruneexpire", "never"),
            ("maintenance.auto", "false"),
        ]
    }

    /// Keys with several values, in their order.
    package var lists: [(key: String, values: [String])] {
        // The server's own refs can be fetched and never pushed.
        [("receive.hiderefs", ["refs/", "!refs/heads/", "!refs/tags/"])]
    }

    /// Sets every entry that differs and leaves the rest of the file alone; `HEAD` becomes `main` again.
    ///
    /// - Returns: the keys that had to be set, `HEAD` among them.
    @discardableResult
    package func apply(toRepositoryAt path: String) throws(GitError) -> [String] {
        guard hooksPath.hasPrefix("/") else {
            throw GitError(.invalid, "configure repository", "the path of the hooks must be absolute")
        }
        LibGit2.start
        let configuration: OpaquePointer = try checkOwned("configure repository") {
            git_config_open_ondisk(&$0, "\(path)/config")
        }
        defer { git_config_free(configuration) }
        var changed: [String] = []
        if !Self.isHeadRight(inRepositoryAt: path) {
            try FileSystem.write(Array(Self.head.utf8), to: "\(path)/HEAD.lock")
            try FileSystem.flush("\(path)/HEAD.lock")
            guard rename("\(path)/HEAD.lock", "\(path)/HEAD") == 0 else {
                throw FileSystem.error("rename", "\(path)/HEAD")
            }
            try FileSystem.flush(path)
            changed.append("HEAD")
        }
        for (key, value) in entries where try Self.value(of: key, in: configuration) != value {
            try check("configure repository", git_config_set_string(configuration, key, value))
            changed.append(key)
        }
        for (key, values) in lists where try Self.values(of: key, in: configuration) != values {
            try Self.set(key, to: values, in: configuration)
            changed.append(key)
        }
        if !changed.isEmpty { try FileSystem.flush("\(path)/config") }
        return changed
    }

    private static let head = "ref: \(RefName.main)\n"

    /// Without a `HEAD` that names a branch git takes the repository for none, and it guards the branch that is named.
    private static func isHeadRight(inRepositoryAt path: String) -> Bool {
        do {
            return try FileSystem.contents(of: "\(path)/HEAD", maximum: 4_096).elementsEqual(head.utf8)
        } catch {
            return false
        }
    }

    /// The keys that ``apply(toRepositoryAt:)`` would set.
    package func differences(inRepositoryAt path: String) throws(GitError) -> [String] {
        LibGit2.start
        let configuration: OpaquePointer = try checkOwned("read configuration") {
            git_config_open_ondisk(&$0, "\(path)/config")
        }
        defer { git_config_free(configuration) }
        var keys = Self.isHeadRight(inRepositoryAt: path) ? [] : ["HEAD"]
        for (key, value) in entries where try Self.value(of: key, in: configuration) != value { keys.append(key) }
        for (key, values) in lists where try Self.values(of: key, in: configuration) != values { keys.append(key) }
        return keys
    }

    private static func set(
        _ key: String,
        to values: [String],
        in configuration: OpaquePointer
    ) throws(GitError) {
        let status = git_config_delete_multivar(configuration, key, ".*")
        if status != GIT_ENOTFOUND.rawValue { try check("configure repository", status) }
        for value in values {
            // An expression that no value fits adds one.
            try check("configure repository", git_config_set_multivar(configuration, key, "^$", value))
        }
    }

    private static func values(of key: String, in configuration: OpaquePointer) throws(GitError) -> [String] {
        let iterator: OpaquePointer = try checkOwned("configure repository") {
            git_config_multivar_iterator_new(&$0, configuration, key, nil)
        }
        defer { git_config_iterator_free(iterator) }
        var values: [String] = []
        var entry: UnsafeMutablePointer<git_config_entry>?
        while git_config_next(&entry, iterator) == 0 {
            if let entry { values.append(String(cString: entry.pointee.value)) }
        }
        return values
    }

    private static func value(of key: String, in configuration: OpaquePointer) throws(GitError) -> String? {
        var buffer = git_buf()
        defer { git_buf_dispose(&buffer) }
        do {
            try check("configure repository", git_config_get_string_buf(&buffer, configuration, key))
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
        return buffer.ptr.map { String(cString: $0) }
    }
}
