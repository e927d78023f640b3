import Glibc

/// Renames a file as rename(2) does, and returns whether it has the new name.
///
/// A file system over a network may report a failure of a rename that it has done (rename(2), "BUGS"): then the file that had
/// the old name has the new one, and that is what counts. Otherwise `errno` says why not.
package func renameFile(_ old: String, _ new: String) -> Bool {
    var before = stat()
    let isKnown = lstat(old, &before) == 0
    guard rename(old, new) != 0 else { return true }
    let reason = errno
    var (left, found) = (stat(), stat())
    let isGone = lstat(old, &left) != 0 && errno == ENOENT
    let isThere = lstat(new, &found) == 0 && found.st_ino == before.st_ino && found.st_dev == before.st_dev
    errno = reason
    return isKnown && isGone && isThere
}
