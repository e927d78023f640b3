import API
import Access
import Foundation
import LocalStore
import Reconciler
import StateRepo

/// Who may use the server, opened: the accounts and credentials of a data folder.
struct AccessComponents {
    let control: AccessControl
    private let cookie: SessionCookie

    /// Opens `local.sqlite`.
    ///
    /// - Throws: ``CommandFailure`` (78, or 74 on a full disk): what is in the file cannot be made again, so nothing else
    ///   may take its place.
    static func openLocal(_ folder: DataFolder) throws -> LocalDatabase {
        do {
            return try LocalDatabase(path: folder.local)
        } catch {
            throw CommandFailure.telling("\(folder.local) cannot be used: \(error.message)", of: error, in: folder)
        }
    }

    /// - Parameter tokens: the value of `CONTROL_PLANE_API_TOKEN`, when it is set.
    /// - Throws: ``CommandFailure`` (78, or 74 on a full disk) when a token or a file cannot be used.
    static func open(
        _ folder: DataFolder,
        _ share: ShareDirectory,
        _ local: LocalDatabase,
        _ configuration: ServerConfiguration,
        tokens: String?
    ) throws -> AccessComponents {
        do {
            let control = try AccessControl(
                AccessControl.Configuration(
                    breakGlass: tokens.map { try TokenAuthenticator(variable: $0) },
                    firstToken: AccessTokenFile(path: folder.accessToken),
                    setupFile: SetupCodeFile(path: folder.setupCode),
                    policy: PasswordPolicy(common: CommonPasswords(file: share.commonPasswords))
                ),
                store: AccessDatabase(database: local)
            )
            return AccessComponents(control: control, cookie: SessionCookie(transport(configuration)))
        } catch let error as AccessError {
            throw CommandFailure.telling(error.message, of: error, in: folder)
        }
    }

    /// The operations below `/auth`.
    func handlers(_ state: StateServices) -> AccessHandlers {
        let snapshots = state.snapshots
        return AccessHandlers(control: control, cookie: cookie, cursors: state.cursors) {
            snapshots.latest.map { !$0.serving.releases.isEmpty } ?? false
        }
    }

    /// A setup code for whoever starts the server; `nil` when there is an owner.
    func setupCode() async throws -> IssuedCode? {
        guard control.account == nil else { return nil }
        return try await control.issueSetupCode(by: .server, from: .local)
    }

    /// Plain HTTP is for this machine alone, unless there is TLS here or at a proxy.
    private static func transport(_ configuration: ServerConfiguration) -> SessionCookie.Transport {
        guard configuration.tls == nil, configuration.trustedProxies.isEmpty else { return .tlsOnly }
        if let origin = configuration.publicOrigin { return origin.scheme == "https" ? .tlsOnly : .plainLoopback }
        return configuration.address.isLoopback ? .plainLoopback : .tlsOnly
    }
}
