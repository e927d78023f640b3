import Glibc

/// Tells when a handle on a repository should be opened anew because packs have come or gone.
///
/// libgit2 keeps every pack open that it has read from, for as long as a handle lives. What git replaces would take a
/// descriptor and its space on the disk until the server ends.
package struct PackWatch {
    /// The shortest time between two looks.
    package static let interval = Duration.seconds(5)

    private struct Stamp: Equatable {
        let seconds: Int
        let nanoseconds: Int
    }

    private let folder: String
    private var stamp: Stamp?
    private var looked: ContinuousClock.Instant

    package init(repositoryAt path: String, at now: ContinuousClock.Instant = .now) {
        self.folder = "\(path)/objects/pack"
        self.looked = now
        self.stamp = Self.stamp(of: folder)
    }

    /// Whether the folder of the packs has changed since it was `true` last.
    package mutating func hasChanged(at now: ContinuousClock.Instant = .now) -> Bool {
        guard now - looked >= Self.interval else { return false }
        looked = now
        let present = Self.stamp(of: folder)
        defer { stamp = present }
        return present != stamp
    }

    /// Lets the next look find a change.
    mutating func forget() { stamp = nil }

    private static func stamp(of folder: String) -> Stamp? {
        var status = stat()
        guard stat(folder, &status) == 0 else { return nil }
        return Stamp(seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }
}

extension GitRepository {
    /// Opens the repository anew when `packs` says so; when that fails the handle stays as it is until the next look.
    package mutating func renew(
        _ packs: inout PackWatch,
        openingBareAt path: String,
        at now: ContinuousClock.Instant = .now
    ) {
        guard packs.hasChanged(at: now) else { return }
        do throws(GitError) { self = try GitRepository(openingBareAt: path) } catch { packs.forget() }
    }
}
