import CLibgit2

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
            ("receive.fsckobjects", "true"),
            ("receive.denynonfastforwards", "true"),
            ("receive.denydeletes", "true"),
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

    /// Sets every entry that differs and leaves the rest of the file alone.
    ///
    /// - Returns: the keys that had to be set.
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
        for (key, value) in entries where try Self.value(of: key, in: configuration) != value {
            try check("configure repository", git_config_set_string(configuration, key, value))
            changed.append(key)
        }
        if !changed.isEmpty { try FileSystem.flush("\(path)/config") }
        return changed
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
