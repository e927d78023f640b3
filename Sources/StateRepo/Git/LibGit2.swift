import CLibgit2

/// Process-wide libgit2 set-up: done once, on first use, and never undone.
///
/// Everything that calls libgit2 touches ``start`` first: a call before it is a segmentation fault, not an error.
enum LibGit2 {
    /// The largest object that is inflated, in bytes: bounds what a small hostile delta or file can expand to.
    static let maximumObjectSize = 16 << 20

    /// The largest tree that a handle keeps in memory; a directory with 10,000 documents is about 400 KiB.
    static let maximumCachedTreeSize = 1 << 20

    /// All objects that the handles of this process keep in memory together.
    static let maximumCacheSize = 64 << 20

    static let start: Void = {
        git_libgit2_init()
        clibgit2_set_strict_object_creation(1)
        clibgit2_set_fsync_gitdir(1)
        clibgit2_set_strict_hash_verification(1)
        clibgit2_set_owner_validation(1)
        clibgit2_set_pack_max_object_size(maximumObjectSize)
        clibgit2_set_cache_object_limit(GIT_OBJECT_TREE, maximumCachedTreeSize)
        // libgit2 makes room by walking its table from the front, for eight objects at a time, however small they are:
        // with thousands of commits in it, reading a long history took most of its time there.
        clibgit2_set_cache_object_limit(GIT_OBJECT_COMMIT, 0)
        clibgit2_set_cache_max_size(maximumCacheSize)
        for level in [
            GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
        ] {
            clibgit2_set_search_path(level.rawValue, "")
        }
    }()
}
