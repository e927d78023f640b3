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
        self.identityFile = identityFile?.stringValue.map { text in
            URL(filePath: text, relativeTo: dataDirectory).absoluteURL.standardizedFileURL.path
        }
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
}
