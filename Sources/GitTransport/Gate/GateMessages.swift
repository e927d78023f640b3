package import Documents
package import StateRepo

/// What the server answers a hook.
package struct GateAnswer: Hashable, Sendable {
    /// Whether the refs may move.
    package let isAccepted: Bool
    /// For the pusher; git shows each as `remote: …`.
    package let lines: [String]

    package init(isAccepted: Bool, lines: [String]) {
        self.isAccepted = isAccepted
        self.lines = lines
    }

    package init(_ verdict: PushVerdict) {
        self.init(isAccepted: verdict.decision == .accepted, lines: verdict.lines)
    }

    static func refusal(_ line: String) -> GateAnswer { GateAnswer(isAccepted: false, lines: [line]) }
}

/// An answer, and what is to be done once the hook has it.
package struct GateReply: Sendable {
    package let answer: GateAnswer
    /// Called in any case, also when the hook was gone before it had its answer; cancelled when the server stops.
    package let conclude: @Sendable () async -> Void

    package init(_ answer: GateAnswer, conclude: @escaping @Sendable () async -> Void = {}) {
        self.answer = answer
        self.conclude = conclude
    }
}

extension GateAnswer {
    /// The answer as it is sent: `{"version": 1, "accepted": …, "lines": […]}`.
    package var json: JSONValue {
        ["version": 1, "accepted": .bool(isAccepted), "lines": .array(lines.map(JSONValue.string))]
    }

    package init(json: JSONValue) throws(GateError) {
        let message = try GateMessage(json, members: ["version", "accepted", "lines"])
        guard let isAccepted = message.object["accepted"]?.boolValue else { throw GateMessage.malformed("accepted") }
        self.isAccepted = isAccepted
        self.lines = try message.texts("lines", maximum: GateLimits.maximumLines)
        guard lines.allSatisfy({ $0.utf8.count <= GateLimits.maximumLineLength }) else {
            throw GateMessage.malformed("lines")
        }
    }
}

/// What a hook asks the server.
package struct GateQuestion: Hashable, Sendable {
    package let push: PushProposal
    /// The ticket of the request that git runs for; `nil` when it does not run for one.
    package let ticket: String?

    package init(push: PushProposal, ticket: String?) {
        self.push = push
        self.ticket = ticket
    }
}

extension GateQuestion {
    /// The question as it is sent:
    /// `{"version": 1, "updates": [{"ref", "old", "new"}], "options": […], "quarantine": …, "ticket": …}`; ids and the last two
    /// may be `null`.
    package var json: JSONValue {
        let updates: [JSONValue] = push.updates.map { update in
            [
                "ref": .string(update.ref),
                "old": JSONValue(update.old?.description),
                "new": JSONValue(update.new?.description),
            ]
        }
        return [
            "version": 1,
            "updates": .array(updates),
            "options": .array(push.options.map(JSONValue.string)),
            "quarantine": JSONValue(push.quarantine),
            "ticket": JSONValue(ticket),
        ]
    }

    package init(json: JSONValue) throws(GateError) {
        let message = try GateMessage(json, members: ["version", "updates", "options", "quarantine", "ticket"])
        guard let updates = message.object["updates"]?.arrayValue, !updates.isEmpty,
            updates.count <= PushProposal.maximumUpdates
        else { throw GateMessage.malformed("updates") }
        var parsed: [RefUpdate] = []
        for update in updates { parsed.append(try Self.update(update)) }
        let options = try message.texts("options", maximum: PushProposal.maximumOptions)
        guard options.allSatisfy({ $0.utf8.count <= PushProposal.maximumOptionLength }) else {
            throw GateMessage.malformed("options")
        }
        let push = PushProposal(updates: parsed, options: options, quarantine: try message.text("quarantine"))
        self.init(push: push, ticket: try message.text("ticket"))
    }

    private static func update(_ json: JSONValue) throws(GateError) -> RefUpdate {
        let message = try GateMessage(json, members: ["ref", "old", "new"])
        guard let ref = try message.text("ref") else { throw GateMessage.malformed("ref") }
        return RefUpdate(ref: ref, old: try message.id("old"), new: try message.id("new"))
    }
}

/// Strict reading of an object whose members are all known and all there.
private struct GateMessage {
    let object: JSONObject

    init(_ json: JSONValue, members: Set<JSONKey>) throws(GateError) {
        guard let object = json.objectValue, object.count == members.count,
            object.allSatisfy({ members.contains(JSONKey($0.key)) })
        else { throw Self.malformed("members") }
        self.object = object
        guard !members.contains("version") || object["version"]?.intValue == 1 else { throw Self.malformed("version") }
    }

    /// A text, or `nil` for `null`.
    func text(_ key: String) throws(GateError) -> String? {
        guard let value = object[key], value.isNull || value.stringValue != nil else { throw Self.malformed(key) }
        return value.stringValue
    }

    /// An object id, or `nil` for `null`.
    func id(_ key: String) throws(GateError) -> AnyObjectID? {
        guard let text = try text(key) else { return nil }
        guard let id = AnyObjectID(text) else { throw Self.malformed(key) }
        return id
    }

    func texts(_ key: String, maximum: Int) throws(GateError) -> [String] {
        guard let values = object[key]?.arrayValue, values.count <= maximum else { throw Self.malformed(key) }
        let texts = values.compactMap(\.stringValue)
        guard texts.count == values.count else { throw Self.malformed(key) }
        return texts
    }

    static func malformed(_ key: String) -> GateError {
        GateError(.malformed, "a message of the gate has an unexpected \"\(key)\"")
    }
}
