import Documents
import StateRepo

/// Members of a body that only the server sets: a write may repeat their present values, and nothing else.
struct ServerOwned: Sendable {
    /// What tells nothing about the version that was edited, or is compared elsewhere.
    private static let unchecked: Set<String> = ["etag", "used_by", "diagnostics", "secrets", "omitted", "diff"]

    let members: JSONObject

    /// - Throws: `request.invalid` for every member that is not as in `present`, the body of a read.
    func check(against present: JSONObject) throws(StateError) {
        let wrong = members.filter { !Self.unchecked.contains($0.key) && present[$0.key] != $0.value }
        guard !wrong.isEmpty else { return }
        let problems = wrong.map { member in
            Diagnostic(
                .error,
                "field.server_owned",
                file: "",
                pointer: JSONPointer(tokens: [member.key]),
                "\"\(member.key)\" is set by the server",
                hint: "leave it out, or repeat its present value"
            )
        }
        throw StateError(.requestInvalid, "the write changes what only the server sets", diagnostics: problems)
    }
}

extension Precondition {
    /// Whether a write with this precondition is one of the present version: no base, and no other tag.
    ///
    /// Otherwise the plan answers, with 412 or a merge.
    func comparesWithPresent(_ tag: ResourceTag?) -> Bool {
        guard base == nil else { return false }
        guard case .tags(let tags)? = match else { return true }
        return tag.map { tags.contains($0.description) } ?? false
    }
}
