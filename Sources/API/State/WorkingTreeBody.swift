import Documents
import Reconciler
import StateRepo

/// The member `working_tree` of `GET /state`.
enum WorkingTreeBody {
    static func json(_ status: WorkingTreeStatus) -> JSONValue {
        var body: JSONObject = [
            "path": "state", "edits": .string(status.mode.rawValue), "clean": .bool(status.isClean),
            "reason": .string(status.reason),
        ]
        body["revision"] = status.revision.map { .string($0.description) }
        body["edit_count"] = JSONValue(status.editCount)
        body["pending"] = .array(
            status.edits.map { ["path": .string($0.path), "change": .string($0.change.rawValue)] }
        )
        body["diagnostics"] = .array(status.diagnostics.map(\.json))
        return .object(body)
    }
}
