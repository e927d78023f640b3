import Documents
import Foundation
import Secrets

/// Where the identity of the secrets is, and who else may open their file.
struct SecretsSettings: Sendable {
    /// Absolute; `nil` for the file in the data folder.
    let identityFile: String?
    let recipients: [AgeRecipient]

    /// Takes the checked values of `secrets_identity_file` and `secrets_recipients`.
    init(
        identityFile: JSONValue?,
        recipients: SettingValue?,
        dataDirectory: URL,
        _ problems: inout [ConfigurationProblem]
    ) {
        self.identityFile = Self.path(identityFile, in: dataDirectory)
        var known: [AgeRecipient] = []
        for text in recipients?.value.arrayValue?.compactMap(\.stringValue) ?? [] {
            do {
                known.append(try AgeRecipient(text))
            } catch {
                problems.append(ConfigurationProblem(place: recipients?.place ?? "", message: error.message))
            }
        }
        self.recipients = known
    }

    /// The identity's file of a data folder, as a server on it takes it from the environment and `gitplane.json`.
    ///
    /// - Parameters:
    ///   - environment: without variables that have no text.
    ///   - schemas: where `schemas/server.json` is.
    /// - Returns: `nil` for the file in the data folder.
    /// - Throws: ``ConfigurationError`` when either is wrong: the server does not start either.
    static func identityFile(
        of folder: DataFolder,
        environment: [String: String],
        schemas: SchemaRegistry
    ) throws(ConfigurationError) -> String? {
        var problems: [ConfigurationProblem] = []
        let file = ConfigurationFile(path: folder.settings).read(schemas: schemas, &problems)
        let reader = SettingReader(flags: ServerFlags(), environment: environment, file: file, schemas: schemas)
        let value = reader.value(of: .secretsIdentityFile, &problems)
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return path(value?.value, in: folder.url)
    }

    /// A relative path starts at the data folder.
    private static func path(_ value: JSONValue?, in dataDirectory: URL) -> String? {
        value?.stringValue.map { text in
            let base = URL(filePath: dataDirectory.path, directoryHint: .isDirectory)
            return URL(filePath: text, relativeTo: base).absoluteURL.standardizedFileURL.path
        }
    }
}
