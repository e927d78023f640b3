import Documents
import HTTPTypes
import NIOCore
import StateRepo
import Synchronization

/// Answers `GET /agents/:agent_id` with bytes that are rendered once for each version of an agent.
///
/// Memory: at most ``maximumBytes`` of bodies, and about 1 KiB beside each of at most ``maximumCount`` of them. When
/// either is reached, everything is forgotten and rendered again as it is asked for.
final class AgentBodies: Sendable {
    /// How many agents' answers are kept.
    static let maximumCount = 20_000
    /// The most bytes of bodies that are kept: 64 MiB.
    static let maximumBytes = 64 << 20

    private struct Entry: Sendable {
        /// The snapshot that the answers name.
        let revision: CommitID
        let tag: EntityTag
        /// ``tag`` as it stands in headers.
        let tagText: String
        let found: OperationResponse
        let notModified: OperationResponse
        let size: Int
    }

    private struct Storage: Sendable {
        var entries: [AgentID: Entry] = [:]
        var bytes = 0
    }

    private let storage = Mutex(Storage())
    private let maximumCount: Int
    private let maximumBytes: Int

    init(maximumCount: Int = maximumCount, maximumBytes: Int = maximumBytes) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    /// How many answers are kept now, and the bytes of their bodies.
    var size: (count: Int, bytes: Int) { storage.withLock { ($0.entries.count, $0.bytes) } }

    /// The answer for the draft of `id` in `snapshot`.
    func answer(_ request: OperationRequest, _ id: AgentID, _ snapshot: StateSnapshot) throws -> OperationResponse {
        let entry = try entry(id, snapshot)
        guard let text = request.headers.value(of: .ifNoneMatch) else { return entry.found }
        if text.hasSameBytes(as: entry.tagText) { return entry.notModified }
        guard let condition = try request.ifNoneMatch(), !condition.holdsAsIfNoneMatch(for: entry.tag) else {
            return entry.found
        }
        return entry.notModified
    }

    private func entry(_ id: AgentID, _ snapshot: StateSnapshot) throws -> Entry {
        let known = storage.withLock { $0.entries[id] }
        if let known, known.revision == snapshot.revision { return known }
        guard let agent = AgentRepresentation(draftOf: id, in: snapshot) else { throw StateError.notFound(.agent(id)) }
        let made = Self.entry(agent, snapshot, known)
        keep(made, id)
        return made
    }

    /// - Parameter known: an earlier answer, whose body still serves when the agent has not changed since.
    private static func entry(_ agent: AgentRepresentation, _ snapshot: StateSnapshot, _ known: Entry?) -> Entry {
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
        return Entry(
            revision: snapshot.revision,
            tag: tag,
            tagText: tag.description,
            found: OperationResponse(state: state, tag: tag, body),
            notModified: OperationResponse(.notModified, state: state, tag: tag),
            size: size
        )
    }

    private func keep(_ entry: Entry, _ id: AgentID) {
        storage.withLock { storage in
            let replaced = storage.entries[id]
            let bytes = storage.bytes - (replaced?.size ?? 0) + entry.size
            if bytes > maximumBytes || (replaced == nil && storage.entries.count >= maximumCount) {
                storage = Storage(entries: [id: entry], bytes: entry.size)
            } else {
                storage.bytes = bytes
                storage.entries[id] = entry
            }
        }
    }
}
