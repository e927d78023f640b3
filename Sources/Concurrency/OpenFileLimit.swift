import Glibc

/// How many files and connections this process may have open at once (`RLIMIT_NOFILE`, getrlimit(2)).
package struct OpenFileLimit: Hashable, Sendable {
    /// The system did not set it.
    package struct Failure: Error {
        package let code: Int32
    }

    /// What holds now.
    package let soft: Int
    /// How far the soft limit can be raised; nobody may give a process that he starts more.
    package let hard: Int

    /// The limit as it is; one that cannot be read counts as none.
    package static var current: OpenFileLimit {
        let limit = read()
        return OpenFileLimit(soft: Int(clamping: limit.rlim_cur), hard: Int(clamping: limit.rlim_max))
    }

    /// Raises the soft limit to `wanted`, or as far as the hard one lets it; never lowers it.
    package static func raise(to wanted: Int) throws(Failure) {
        var limit = read()
        let reachable = min(rlim_t(clamping: wanted), limit.rlim_max)
        guard limit.rlim_cur < reachable else { return }
        limit.rlim_cur = reachable
        guard setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else { throw Failure(code: errno) }
    }

    private static func read() -> rlimit {
        var limit = rlimit()
        guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return rlimit(rlim_cur: .max, rlim_max: .max)
        }
        return limit
    }
}
