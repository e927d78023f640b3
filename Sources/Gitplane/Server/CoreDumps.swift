import Glibc
import Logging

/// Keeps secrets out of core dumps.
enum CoreDumps {
    /// A crash of this process, or of one that it starts, leaves no image of its memory behind.
    static func forbid(_ logger: Logger) {
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        if setrlimit(Int32(RLIMIT_CORE.rawValue), &limit) != 0 {
            logger.warning("core dumps not forbidden", metadata: ["errno": "\(errno)"])
        }
    }
}
