import API
import Concurrency
import Logging

/// How many files and connections the server lets itself have open at once.
enum DescriptorLimit {
    /// More than the server's own limits add up to.
    private static let wanted = 32_768

    /// Raises the soft limit, which systems keep at 1,024 for the sake of old programs, as far as the hard one lets it.
    static func raise(_ logger: Logger) {
        do {
            try OpenFileLimit.raise(to: wanted)
        } catch {
            logger.warning("limit of open files not raised", metadata: ["errno": "\(error.code)"])
        }
        let connections = ConnectionRules(openFiles: OpenFileLimit.current.soft).total
        guard connections < ConnectionRules.maximumConnections else { return }
        logger.warning("few files may be open: fewer connections", metadata: ["connections": "\(connections)"])
    }
}
