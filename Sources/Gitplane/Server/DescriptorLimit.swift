import Glibc
import Logging

/// How many files and connections this process may have open at once.
enum DescriptorLimit {
    /// More than the server's own limits add up to.
    private static let wanted: rlim_t = 32_768

    /// Raises the soft limit, which systems keep at 1,024 for the sake of old programs, as far as the hard one lets it.
    static func raise(_ logger: Logger) {
        var limit = rlimit()
        guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            logger.warning("limit of open files unknown", metadata: ["errno": "\(errno)"])
            return
        }
        guard limit.rlim_cur < wanted, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        if setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) != 0 {
            logger.warning("limit of open files not raised", metadata: ["errno": "\(errno)"])
        }
    }
}
