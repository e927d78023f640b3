import Documents
import HTTPTypes
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/changes/:revision/revert`.
    package mutating func registerRevert(_ services: StateServices) {
        let revert = RevertHandlers(services: services)
        register("revertChange") { try await revert.post($0) }
    }
}

/// `/changes/:revision/revert`: takes a change back by a new commit.
struct RevertHandlers: Sendable {
    let services: StateServices

    fileprivate func post(_ request: OperationRequest) async throws -> OperationResponse {
        let entry = try services.archive.change(named: request.path("revision"))
        let chosen = try chosen(request.body, of: entry)
        let reversal = try await services.archive.reversal(of: entry, only: chosen)
        let changes = ChangeSet(
            merging: reversal.files,
            subject: "Revert \"\(entry.subject)\"",
            message: message(request.body?["message"]?.stringValue, entry, chosen)
        )
        let outcome = try await services.write(request, changes)
        return .committed(request, outcome, outcome.isUnchanged ? .ok : .created)
    }

    /// The resources that the body names; `nil` for all of them.
    ///
    /// - Throws: `request.invalid` for each one that the change did not touch.
    private func chosen(_ body: JSONValue?, of entry: HistoryEntry) throws(StateError) -> [ResourceName]? {
        guard let names = body?["resources"]?.arrayValue else { return nil }
        var chosen: [ResourceName] = []
        var problems: [Diagnostic] = []
        for (index, name) in names.enumerated() {
            let text = name.stringValue ?? ""
            if let resource = ResourceName(text), entry.resources.contains(where: resource.contains) {
                chosen.append(resource)
            } else {
                let pointer = JSONPointer(tokens: ["resources", String(index)])
                let hint = Suggestion.closest(to: text, among: entry.resources.map(\.description))
                    .map { "did you mean \"\($0)\"?" }
                let message = "the change does not touch \"\(text.prefix(200))\""
                problems.append(
                    Diagnostic(.error, "resource.not_touched", file: "", pointer: pointer, message, hint: hint)
                )
            }
        }
        guard problems.isEmpty else {
            throw StateError(.requestInvalid, "the change does not touch these resources", diagnostics: problems)
        }
        return chosen
    }

    private func message(_ words: String?, _ entry: HistoryEntry, _ chosen: [ResourceName]?) -> String {
        var text = "This reverts commit \(entry.revision)"
        if entry.parents.count > 1, let parent = entry.parents.first { text += ", back to \(parent)" }
        if let chosen {
            text += ", of it only:\n" + chosen.map { "- \($0)" }.joined(separator: "\n")
        } else {
            text += "."
        }
        return words.map { "\($0)\n\n\(text)" } ?? text
    }
}

extension StateArchive {
    /// The commit that a path names: by its name, the start of it, or its sequence number.
    ///
    /// - Throws: `change.not_found` for everything else.
    func change(named text: String) throws(StateError) -> HistoryEntry {
        let missing = StateError(
            .changeNotFound,
            "there is no such change on main: give a commit id, at least 7 digits of one, or a sequence number"
        )
        switch RevisionSelector(parsing: text) {
        case .time?, nil: throw missing
        case let selector?:
            do {
                return try resolve(selector)
            } catch {
                throw error.code == .revisionNotFound ? missing : error
            }
        }
    }
}
