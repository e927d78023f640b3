import Documents
import HTTPTypes
import NIOCore
import StateRepo
import Synchronization

/// Answers `GET /agents/:agent_id` with bytes that are rendered once for each version of an agent.
final class AgentBodies: Sendable {
    /// How many agents' answers are kept; together with ``maximumBytes`` it bounds the memory.
    static let maximumCount = 20_000
    /// The most bytes of answers that are kept.
    static let maximumBytes = 64 << 20

    private struct Entry: Sendable {
        /// The snapshot that ``found`` was made for.
        let revision: CommitID
        let tag: EntityTag
        let found: OperationResponse
        let notModified: OperationResponse
        let size: Int
    }

    private struct Storage: Sendable {
        var entries: [AgentID: Entry] = [:]
        var bytes = 0
    }

    private let storage = Mutex(Storage())

    /// The answer for the draft of `id` in `snapshot`.
    func answer(_ request: OperationRequest, _ id: AgentID, _ snapshot: StateSnapshot) throws -> OperationResponse {
        let entry = try entry(id, snapshot)
        guard let condition = try request.ifNoneMatch(), !condition.holdsAsIfNoneMatch(for: entry.tag) else {
            return entry.found
        }
        return entry.notModified
    }

    private func entry(_ id: AgentID, _ snapshot: StateSnapshot) throws -> Entry {
        let known = storage.withLock { $0.entries[id] }
        if let known, known.revision == snapshot.revision { return known }
        guard let agent = AgentRepresentation(draftOf: id, in: snapshot) else { throw StateError.notFound(.agent(id)) }
        let tag = EntityTag(agent.tag)
        let body: OperationResponse.Body
        let size: Int
        if let known, known.tag == tag {
            (body, size) = (known.found.body, known.size)
        } else {
            let bytes = JSONValue.object(agent.body(draft: agent.folder.tree)).compactBytes
            (body, size) = (.bytes(ByteBuffer(bytes: bytes), contentType: OperationResponse.json), bytes.count)
        }
        let state = StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence)
        let entry = Entry(
            revision: snapshot.revision,
            tag: tag,
            found: OperationResponse(state: state, tag: tag, body),
            notModified: OperationResponse(.notModified, state: state, tag: tag),
            size: size
        )
        keep(entry, id)
        return entry
    }

    private func keep(_ entry: Entry, _ id: AgentID) {
        storage.withLock { storage in
            if storage.entries.count >= Self.maximumCount || storage.bytes + entry.size > Self.maximumBytes {
                storage = Storage()
            }
            storage.bytes += entry.size - (storage.entries[id]?.size ?? 0)
            storage.entries[id] = entry
        }
    }
}
