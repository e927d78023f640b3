#pragma once
#include <git2.h>
#include <git2/sys/repository.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/mempack.h>
#include <git2/sys/alloc.h>

/* git_libgit2_opts is variadic, so Swift cannot call it: one typed function per option. */

/* Refuses to create objects that name missing objects. */
static inline int clibgit2_set_strict_object_creation(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, enabled);
}

/* Flushes every object, pack and ref to disk before the call that wrote it returns. */
static inline int clibgit2_set_fsync_gitdir(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, enabled);
}

/* Compares the hash of every object that is read with its name. */
static inline int clibgit2_set_strict_hash_verification(int enabled) {
    return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled);
}

/* Where libgit2 looks for configuration of the given level; an empty path means nowhere. */
static inline int clibgit2_set_search_path(int level, const char *path) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

/* Whether a repository owned by another user may be opened. */
static inline int clibgit2_set_owner_validation(int enabled) {
    return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

/* The largest object that is inflated from a pack. */
static inline int clibgit2_set_pack_max_object_size(size_t bytes) {
    return git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, bytes);
}

/* The largest object of the given type that a handle keeps in memory. */
static inline int clibgit2_set_cache_object_limit(git_object_t type, size_t bytes) {
    return git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, type, bytes);
}

/* What all handles together keep in memory. */
static inline int clibgit2_set_cache_max_size(ssize_t bytes) {
    return git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, bytes);
}

/* A backend of ours in front of one of libgit2's; `context` belongs to whoever fills in the callbacks. */
typedef struct {
    git_odb_backend backend;
    void *context;
} clibgit2_backend;

/* renameat2(2) and syncfs(2), which glibc declares only for _GNU_SOURCE. */
extern int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path, unsigned int flags);
extern int syncfs(int descriptor);

/* Changes two files over in one step. */
static inline int clibgit2_exchange(int old_directory, const char *old_path, int new_directory, const char *new_path) {
    return renameat2(old_directory, old_path, new_directory, new_path, 1 << 1);
}

/* Moves a file to where there is none yet. */
static inline int clibgit2_move(int old_directory, const char *old_path, int new_directory, const char *new_path) {
    return renameat2(old_directory, old_path, new_directory, new_path, 1 << 0);
}

/* Flushes the whole file system that a descriptor is on. */
static inline int clibgit2_flush_file_system(int descriptor) { return syncfs(descriptor); }
