import Documents
import HTTPTypes
import NIOCore
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/diff`.
    package mutating func registerDiff(_ services: StateServices) {
        let diff = DiffHandlers(services: services)
        register("getDiff") { try await diff.get($0) }
    }
}

/// `/diff`: what differs between any two points.
struct DiffHandlers: Sendable {
    let services: StateServices

    fileprivate func get(_ request: OperationRequest) async throws -> OperationResponse {
        let from = try await point(request, "from")
        let isSame = request.query.text("from") == request.query.text("to")
        let to = isSame ? from : try await point(request, "to")
        let form = request.query.text("format") ?? "json"
        let state = try headers(to)
        let tag = ResourceTag(comparing: from.name, with: to.name, at: to.files.revision, form: form)
        if let condition = try request.ifNoneMatch(), !condition.holdsAsIfNoneMatch(for: EntityTag(tag)) {
            return OperationResponse(.notModified, state: state, tag: EntityTag(tag))
        }
        let comparison = try await services.archive.compare(from.files, to.files)
        guard form == "json" else {
            let patch = ByteBuffer(bytes: comparison.patch)
            let body = OperationResponse.Body.bytes(patch, contentType: HistoryHandlers.patchType)
            return OperationResponse(state: state, tag: EntityTag(tag), body)
        }
        var body: JSONObject = ["from": .object(from.json), "to": .object(to.json)]
        body["changes"] = .array(comparison.differences.map(\.json))
        if comparison.isTruncated { body["truncated"] = true }
        body["etag"] = .string(tag.description)
        return OperationResponse(state: state, tag: EntityTag(tag), .json(.object(body)))
    }

    /// One side of a comparison.
    private struct Point {
        let files: WorkingTreeView
        /// `nil` for what is not on `main`.
        let sequence: Int?
        /// The branch, or the working tree, that was asked for.
        let ref: String?

        init(_ files: WorkingTreeView, ref: String) {
            self.files = files
            self.sequence = nil
            self.ref = ref
        }

        init(_ revision: CommitID, sequence: Int) {
            self.files = WorkingTreeView(revision: revision)
            self.sequence = sequence
            self.ref = nil
        }

        /// What tells the point apart in a tag.
        var name: String {
            let edits = files.edits.sorted { $0.key < $1.key }.map { path, file in
                "\(path) \(file.map { "\($0.mode.rawValue) \($0.id)" } ?? "")"
            }
            return (["\(files.revision) \(sequence ?? 0) \(ref ?? "")"] + edits).joined(separator: "\n")
        }

        var json: JSONObject {
            var object: JSONObject = ["revision": .string(files.revision.description)]
            object["sequence"] = sequence.map { JSONValue($0) }
            object["ref"] = ref.map(JSONValue.string)
            return object
        }
    }

    /// The point that a parameter names; the head of `main` when it is absent.
    private func point(_ request: OperationRequest, _ parameter: String) async throws -> Point {
        let text = request.query.text(parameter) ?? RefName.main.description
        if text == Self.working { return try await workingTree }
        if text.hasPrefix("refs/heads/") { return try await branch(text, parameter) }
        let others = ", nor refs/heads/<branch> or \(Self.working)"
        guard let selector = try request.revision(parameter, others: others) else { return try head }
        let entry = try services.archive.resolve(selector)
        return Point(entry.revision, sequence: entry.sequence)
    }

    /// What names the working tree.
    private static let working = "working"

    private var workingTree: Point {
        get async throws {
            guard let files = try await services.workingFiles.read() else {
                throw StateError(.revisionNotFound, "this server has no working tree")
            }
            return Point(files, ref: Self.working)
        }
    }

    /// A proposal; `main` is what is served, never what is about to be.
    private func branch(_ name: String, _ parameter: String) async throws -> Point {
        guard let ref = RefName(name) else {
            throw ProblemError.parameter(parameter, in: .query, code: .stringFormat, "It is no name of a branch.")
        }
        guard ref != .main else { return try head }
        return Point(WorkingTreeView(revision: try await services.archive.tip(of: ref)), ref: ref.description)
    }

    private var head: Point {
        get throws {
            let snapshot = try services.snapshots.current
            return Point(snapshot.revision, sequence: snapshot.sequence)
        }
    }

    /// Those of the later point; a proposal and the working tree are shown beside the head.
    private func headers(_ point: Point) throws -> StateHeaders {
        if let sequence = point.sequence { return StateHeaders(revision: point.files.revision, sequence: sequence) }
        let snapshot = try services.snapshots.current
        return StateHeaders(revision: snapshot.revision, sequence: snapshot.sequence)
    }
}
