import GitTransport
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

extension PackIndexing {
    /// Makes those that can be made and says so; what cannot be mended stops nothing.
    ///
    /// - Returns: packs that are damaged themselves.
    func mend(isQuiet: Bool, _ logger: Logger) async -> [String] {
        do {
            let report = try await mend(isQuiet: isQuiet)
            if !report.indexed.isEmpty {
                logger.warning("made indexes of packs anew", metadata: ["packs": "\(report.indexed)"])
            }
            if !report.removed.isEmpty {
                logger.warning("removed packs that were empty", metadata: ["packs": "\(report.removed)"])
            }
            if !report.failed.isEmpty {
                logger.error("indexes of packs not made anew", metadata: ["packs": "\(report.failed)"])
            }
            return report.damaged
        } catch {
            logger.error("indexes of packs not made anew", metadata: ["error": "\(error)"])
            return []
        }
    }
}

extension Logger {
    /// Says that these packs are damaged, so that no index can be made of them.
    func tellDamaged(_ packs: [String]) {
        guard !packs.isEmpty else { return }
        error(
            "packs are damaged, or gone beside their index; gitplane doctor says more",
            metadata: ["packs": "\(packs)"]
        )
    }
}
