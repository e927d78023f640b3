package import Catalogue
package import Secrets
package import StateRepo
import Synchronization

/// The names of the present secrets, made once for each generation.
package final class SecretInventorySource: Sendable {
    private struct Kept: Sendable {
        let generation: Int
        let inventory: SecretInventory
    }

    private let board: SecretsBoard
    private let catalogue: Catalogue
    private let kept = Mutex<Kept?>(nil)

    /// - Parameter catalogue: says where connections lead.
    package init(_ board: SecretsBoard, _ catalogue: Catalogue) {
        self.board = board
        self.catalogue = catalogue
    }

    package var current: SecretInventory {
        guard let document = board.current.document else { return .empty }
        if let kept = kept.withLock({ $0 }), kept.generation == document.generation { return kept.inventory }
        let inventory = SecretInventory(document, catalogue)
        kept.withLock { $0 = Kept(generation: document.generation, inventory: inventory) }
        return inventory
    }
}
