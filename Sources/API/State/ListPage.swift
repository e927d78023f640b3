import Crypto
import Documents
import StateRepo

/// One page of a list: items, and where the next page starts.
struct ListPage: Sendable {
    private(set) var items: [JSONValue] = []
    private(set) var next: String?
    private let limit: Int

    /// - Parameter request: its `limit` has been checked against the contract.
    init(_ request: OperationRequest) { self.limit = request.query.integer("limit") ?? 50 }

    var isFull: Bool { items.count == limit }

    /// Adds an item; with a full page it only says that there are more.
    ///
    /// - Parameter last: the position of the last item that is on the page.
    /// - Returns: whether to go on.
    mutating func add(_ item: @autoclosure () -> JSONValue, after last: @autoclosure () -> String) -> Bool {
        guard !isFull else {
            next = last()
            return false
        }
        items.append(item())
        return true
    }

    /// The answer, with a weak tag over the items and the query.
    func answer(_ request: OperationRequest, _ view: StateView, _ cursors: CursorSeal) throws -> OperationResponse {
        try answer(request, view.headers, cursors)
    }

    /// The same for a list that shows less than a whole state.
    func answer(_ request: OperationRequest, _ state: StateHeaders, _ cursors: CursorSeal) throws -> OperationResponse {
        var body: JSONObject = ["items": .array(items)]
        let tag = EntityTag(digest(request), .weak)
        if let next {
            let cursor = Cursor(revision: state.revision, position: next)
            body["next_cursor"] = .string(cursors.seal(cursor, for: request))
        }
        return try .read(request, state, tag: tag, .json(.object(body)))
    }

    /// Cursors are left out: they name the revision, which changes with every commit.
    private func digest(_ request: OperationRequest) -> String {
        var bytes: [UInt8] = []
        for pair in request.query.pairs where pair.name != "cursor" {
            bytes += Array(pair.name.utf8) + [0xFF] + Array(pair.text.utf8) + [0xFF]
        }
        for item in items {
            item.write(into: &bytes)
            bytes.append(0xFF)
        }
        bytes.append(next == nil ? 0 : 1)
        return Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(15)))
    }
}
