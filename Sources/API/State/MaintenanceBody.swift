import Documents
import Foundation
import Reconciler
import StateRepo

/// The member `maintenance` of `GET /state`.
enum MaintenanceBody {
    static func json(_ status: MaintenanceBoard.Status) -> JSONValue {
        var body: JSONObject = ["status": status.current == nil ? "idle" : "running"]
        if let current = status.current {
            body["task"] = .string(current.task.rawValue)
            body["since"] = .string(Timestamp.text(current.since))
        }
        body["last_run"] = status.last.map(json)
        return .object(body)
    }

    private static func json(_ run: MaintenanceRun) -> JSONValue {
        var body: JSONObject = [
            "task": .string(run.task.rawValue), "result": "succeeded", "ended_at": .string(Timestamp.text(run.ended)),
            "duration_ms": JSONValue(max(0, Int(run.ended.timeIntervalSince(run.began) * 1_000))),
            "loose_objects": JSONValue(run.census.looseObjects), "packs": JSONValue(run.census.packs),
        ]
        if case .failed(let message) = run.result {
            body["result"] = "failed"
            body["message"] = .string(message)
        }
        return .object(body)
    }
}
