import API
import NIOPosix
import Providers
import Secrets
import StateRepo

/// Connections of a server that has none: nothing is kept and nobody is asked.
struct NoConnections: CredentialStore, VerificationRecords, HostResolver {
    static func services(_ state: StateServices) -> ConnectionServices {
        let nothing = NoConnections()
        let connector = PinnedConnector(eventLoops: MultiThreadedEventLoopGroup.singleton)
        let egress = Egress(policy: AddressPolicy(), resolver: nothing, connector: connector)
        return ConnectionServices(
            state: state,
            verifier: Verifier(egress: egress),
            credentials: nothing,
            records: nothing
        )
    }

    func secrets(of document: MetadataDocument) async throws -> ConnectionSecrets { .none }

    func marks(of document: MetadataDocument) throws -> [String: CredentialMark] { [:] }

    func replace(
        _ secrets: ConnectionSecrets,
        of document: MetadataDocument,
        by author: String,
        in request: PendingRequest?,
        noting note: SecretsNote
    ) async throws {}

    func settle(_ document: MetadataDocument) async throws {}

    func takeBack(_ document: MetadataDocument, noting note: SecretsNote) async throws {}

    func record(_ record: VerificationRecord, of document: MetadataDocument) async throws {}

    func records(of document: MetadataDocument) async throws -> [VerificationRecord] { [] }

    func forget(_ document: MetadataDocument) async throws {}

    func addresses(of host: String) async throws -> [EndpointAddress] { [] }
}
