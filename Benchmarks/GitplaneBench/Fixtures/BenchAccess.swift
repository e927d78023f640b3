import Access
import Foundation
import LocalStore
import StateRepo

/// Credentials in a database of their own, with the real cost of hashing.
struct BenchAccess {
    static let password = "copper lantern orbit thistle"

    let control: AccessControl

    init(share: ShareDirectory) throws {
        let folder = URL.temporaryDirectory.appending(path: "gitplane-bench-access-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try LocalDatabase(path: folder.appending(path: "local.sqlite").path)
        self.control = try AccessControl(
            AccessControl.Configuration(
                breakGlass: TokenAuthenticator(variable: RequestBytes.token),
                firstToken: nil,
                setupFile: SetupCodeFile(path: folder.appending(path: "setup-code").path),
                policy: PasswordPolicy(common: CommonPasswords(file: share.commonPasswords))
            ),
            store: AccessDatabase(database: database)
        )
        // The open descriptors keep what the benchmark needs.
        try FileManager.default.removeItem(at: folder)
    }
}
