import Foundation
import Logging
import Reconciler
import ServiceLifecycle
import StateRepo

/// The working tree of a server: what keeps it, put together from the settings.
struct WorkingTree {
    let keeper: WorkingTreeKeeper
    let service: WorkingTreeService

    /// Makes the working tree, or brings it to order.
    init(
        _ settings: WorkingTreeSettings,
        _ folder: DataFolder,
        _ state: StateComponents,
        _ instance: InstanceFile,
        _ logger: Logger
    ) async throws {
        let user = NSUserName()
        let configuration = WorkingTreeKeeper.Configuration(
            folder: WorkingTreeFolder(root: folder.workingTree, repository: folder.repository),
            mode: settings.mode,
            quiet: settings.quiet,
            identity: instance.identity,
            principal: Principal(
                identity: .local(user: user),
                name: user,
                email: "\(user)@localhost",
                scopes: Set(Scope.allCases)
            )
        )
        keeper = try WorkingTreeKeeper(
            configuration,
            publisher: state.publisher,
            board: state.workingTree,
            logger: logger
        )
        await keeper.pass(.everything)
        service = WorkingTreeService(
            keeper: keeper,
            configuration: configuration,
            snapshots: state.snapshots,
            logger: logger
        )
    }
}
