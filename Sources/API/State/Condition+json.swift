import Documents
import Reconciler
import StateRepo

extension Condition {
    /// The condition in the form of the contract.
    var json: JSONValue {
        var object: JSONObject = [
            "type": .string(type.rawValue), "status": .string(status.rawValue), "reason": .string(reason),
            "message": .string(message), "since": .string(Timestamp.text(since)),
        ]
        object["observed_revision"] = observedRevision.map { .string($0.description) }
        return .object(object)
    }
}
