extension JSONValue {
    /// The value after a JSON Merge Patch (RFC 7396): members are set, removed by `null`, and merged where both sides are
    /// objects; anything else is replaced as a whole.
    package func applying(mergePatch patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        let before = objectValue ?? JSONObject()
        var merged = JSONObject()
        for member in before {
            guard let change = changes[member.key] else {
                merged[member.key] = member.value
                continue
            }
            if !change.isNull { merged[member.key] = member.value.applying(mergePatch: change) }
        }
        for change in changes where !change.value.isNull && !before.contains(change.key) {
            merged[change.key] = JSONValue.null.applying(mergePatch: change.value)
        }
        return .object(merged)
    }

    /// The smallest merge patch that leads from one value to another.
    ///
    /// `nil` when there is none: a merge patch cannot set a member to `null`.
    package static func mergePatch(from old: JSONValue, to new: JSONValue) -> JSONValue? {
        guard case .object(let members) = new else { return new }
        let before = old.objectValue ?? JSONObject()
        var patch = JSONObject()
        for member in before where !members.contains(member.key) { patch[member.key] = .null }
        for member in members where before[member.key] != member.value {
            guard !member.value.isNull, let change = mergePatch(from: before[member.key] ?? .null, to: member.value)
            else {
                return nil
            }
            patch[member.key] = change
        }
        return .object(patch)
    }
}
