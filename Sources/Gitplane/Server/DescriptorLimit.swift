import API
import Glibc
import Logging

/// How many files and connections this process may have open at once.
enum DescriptorLimit {
    /// More than the server's own limits add up to.
    private static let wanted: rlim_t = 32_768

    /// The soft limit as it is.
    static var current: Int {
        var limit = rlimit()
        guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return Int.max }
        return Int(clamping: limit.rlim_cur)
    }

    /// Raises the soft limit, which systems keep at 1,024 for the sake of old programs, as far as the hard one lets it.
    static func raise(_ logger: Logger) {
        var limit = rlimit()
        guard getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            logger.warning("limit of open files unknown", metadata: ["errno": "\(errno)"])
            return
        }
        if limit.rlim_cur < wanted, limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            if setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) != 0 {
                logger.warning("limit of open files not raised", metadata: ["errno": "\(errno)"])
            }
        }
        let connections = ConnectionRules(openFiles: current).total
        guard connections < ConnectionRules.maximumConnections else { return }
        logger.warning("few files may be open: fewer connections", metadata: ["connections": "\(connections)"])
    }
}
