extension JSONValue {
    /// The value after a JSON Merge Patch (RFC 7396): members are set, removed by `null`, and merged where both sides are
    /// objects; anything else is replaced as a whole.
    package func applying(mergePatch patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var merged = objectValue ?? JSONObject()
        for change in changes {
            guard !change.value.isNull else {
                merged.removeValue(forKey: change.key)
                continue
            }
            merged[change.key] = (merged[change.key] ?? .null).applying(mergePatch: change.value)
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
