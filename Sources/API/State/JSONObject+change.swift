import Documents
import StateRepo

extension JSONObject {
    /// Adds `updated_at`, `updated_by` and `updated_revision`, when something is known of the last change.
    mutating func add(_ change: LastChange?) {
        guard let change else { return }
        self["updated_at"] = .string(Timestamp.text(change.time))
        self["updated_by"] = .string(change.author)
        self["updated_revision"] = .string(change.revision.description)
    }
}
