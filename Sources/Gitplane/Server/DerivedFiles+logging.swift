import Logging
import StateRepo

extension DerivedFiles {
    /// Removes those that are damaged and says so; what cannot be looked at stops nothing.
    func removeDamaged(_ logger: Logger) {
        do {
            let removed = try removeDamaged()
            guard !removed.isEmpty else { return }
            logger.warning("removed damaged files that git makes anew", metadata: ["files": "\(removed)"])
        } catch {
            logger.warning("files that git makes anew not looked at", metadata: ["error": "\(error)"])
        }
    }
}
