import Documents
import NIOCore
import Reconciler
import StateRepo

/// Events as they go over the wire (WHATWG HTML, section 9.2.5: lines, one empty line behind each event).
///
/// JSON has no line ends of its own, so that the data of an event is one line.
enum EventText {
    /// How long a client waits before it connects again, in milliseconds.
    private static let retry = 2_000

    /// What a stream starts with; a client that loses it before the first event resumes from here.
    static func start(at place: WatchPlace) -> ByteBuffer {
        ByteBuffer(string: "retry: \(retry)\nid: \(place.revision)\n\n")
    }

    /// A comment; with it, when events were left out by a filter, how far the client has come all the same.
    static func heartbeat(at revision: CommitID?) -> ByteBuffer {
        ByteBuffer(string: revision.map { ": heartbeat\nid: \($0)\n\n" } ?? ": heartbeat\n\n")
    }

    static func change(_ change: StateChange, _ resources: [ResourceChange]) -> ByteBuffer {
        var data: JSONObject = [
            "revision": .string(change.place.revision.description), "sequence": JSONValue(change.place.sequence),
            "time": .string(Timestamp.text(change.acceptedAt)),
            "author": ["name": .string(change.authorName), "email": .string(change.authorEmail)],
            "channel": .string(change.channel.rawValue),
        ]
        data["pushed_by"] = change.pushedBy.map(JSONValue.string)
        data["subject"] = .string(change.subject)
        data["resources"] = .array(resources.map(json))
        return event("change", id: change.place.revision, .object(data))
    }

    static func status(_ conditions: [Condition]) -> ByteBuffer {
        event("status", ["conditions": .array(conditions.map(\.json))])
    }

    static func reset(to head: WatchPlace, lost: CommitID) -> ByteBuffer {
        let data: JSONValue = [
            "revision": .string(head.revision.description), "sequence": JSONValue(head.sequence),
            "lost": .string(lost.description),
        ]
        return event("reset", id: head.revision, data)
    }

    private static func json(_ change: ResourceChange) -> JSONValue {
        var object: JSONObject = ["resource": .string(change.resource.description)]
        object["before"] = change.before.map { .string($0.description) }
        object["after"] = change.after.map { .string($0.description) }
        return .object(object)
    }

    private static func event(_ name: String, id: CommitID? = nil, _ data: JSONValue) -> ByteBuffer {
        var bytes = Array("event: \(name)\n".utf8)
        if let id { bytes += Array("id: \(id)\n".utf8) }
        bytes += Array("data: ".utf8)
        data.write(into: &bytes)
        bytes += Array("\n\n".utf8)
        return ByteBuffer(bytes: bytes)
    }
}
