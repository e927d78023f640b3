package import Documents

extension StateError {
    /// There is no such resource.
    package static func notFound(_ resource: ResourceName) -> StateError {
        switch resource {
        case .agent(let id): StateError(.agentNotFound, "there is no agent \"\(id)\"")
        case .skill(let id): StateError(.skillNotFound, "there is no skill \"\(id)\"")
        case .document(let id, let kind):
            StateError(.documentNotFound, "the agent \"\(id)\" has no document \"\(kind.rawValue)\"")
        case .release, .provider, .connectionDefault, .systemSettings:
            StateError(.documentNotFound, "there is no \(resource)")
        }
    }

    static func preconditionFailed(
        _ resource: ResourceName,
        _ message: String,
        _ present: ResourceTag?,
        _ snapshot: StateSnapshot,
        changed: [String]? = nil
    ) -> StateError {
        var details = JSONObject()
        details["current_etag"] = present.map { .string($0.description) }
        details["current_revision"] = .string(snapshot.revision.description)
        details["changed"] = changed.map { .array($0.map(JSONValue.string)) }
        return StateError(.preconditionFailed, message, details: details)
    }

    /// The resource that a precondition names does not exist.
    static func preconditionFailed(_ resource: ResourceName, _ snapshot: StateSnapshot) -> StateError {
        let details: JSONObject = ["current_revision": .string(snapshot.revision.description)]
        return StateError(.preconditionFailed, "\(resource) does not exist any more", details: details)
    }

    /// A write gives members that only the server sets other values than they have.
    static func serverOwned(_ members: [String]) -> StateError {
        let problems = members.map { key in
            Diagnostic(
                .error,
                "field.server_owned",
                file: "",
                pointer: JSONPointer(tokens: [key]),
                "\"\(key)\" is set by the server",
                hint: "leave it out, or repeat its present value"
            )
        }
        return StateError(.requestInvalid, "the write changes what only the server sets", diagnostics: problems)
    }

    /// The present document is broken; it came by a way round the gate.
    static func headInvalid(_ resource: ResourceName, _ diagnostics: [Diagnostic]) -> StateError {
        let message = "the present version of \(resource) is broken: replace it as a whole, then edit it again"
        return StateError(.headInvalid, message, diagnostics: diagnostics)
    }

    /// Others name what was to be deleted.
    static func inUse(_ code: Code, _ resource: ResourceName, _ uses: [ReferenceUse]) -> StateError {
        let places = uses.prefix(ReferenceUse.maximumListed).map(\.json)
        let users = Set(uses.map(\.resource.description)).sorted().prefix(3).joined(separator: ", ")
        let message = "\(resource) is in use: \(users) \(uses.count == 1 ? "names" : "name") it"
        var details: JSONObject = ["used_by": .array(Array(places))]
        if places.count < uses.count { details["total"] = JSONValue(uses.count) }
        return StateError(code, message, details: details)
    }
}

extension ReferenceUse {
    /// `{resource, file, pointer, published}`.
    package var json: JSONValue { .object(members) }

    fileprivate var members: JSONObject {
        [
            "resource": .string(resource.description), "file": .string(file), "pointer": .string(pointer.description),
            "published": .bool(isPublished),
        ]
    }
}

extension SettingUse {
    /// `{resource, file, pointer, published, setting}`.
    package var json: JSONValue {
        var members = use.members
        members["setting"] = .string(setting.description)
        return .object(members)
    }
}
