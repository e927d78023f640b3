import HashTreeCollections

extension ResourceTag {
    /// The present tag of a resource, or `nil` when it does not exist or cannot be shown.
    package init?(of resource: ResourceName, in snapshot: StateSnapshot) {
        switch resource {
        case .agent(let id):
            guard let agent = AgentRepresentation(draftOf: id, in: snapshot) else { return nil }
            self = agent.tag
        case .skill(let id):
            guard let skill = snapshot.serving.skills[id], let document = skill.document, document.facts != nil
            else { return nil }
            let files = skill.assets.flatMap { [$0.path, $0.blob.description] }
            let blob = document.file.blob.description
            self.init(resource, [blob, snapshot.dataVersion.description] + files, snapshot)
        case .systemSettings:
            guard let blob = snapshot.serving.settings?.file.blob else {
                // Without a file the defaults hold, whatever else changes.
                let parts = [resource.description, snapshot.dataVersion.description]
                self.init(revision: snapshot.lastChanges[resource]?.revision ?? .zero, parts: parts)
                return
            }
            self.init(resource, [blob.description, snapshot.dataVersion.description], snapshot)
        case .document, .release, .provider, .connectionDefault:
            guard let file = snapshot.serving.files(of: resource).first else { return nil }
            self.init(resource, [file.blob.description], snapshot)
        }
    }

    private init(_ resource: ResourceName, _ parts: [String], _ snapshot: StateSnapshot) {
        let revision = snapshot.lastChanges[resource]?.revision ?? snapshot.revision
        self.init(revision: revision, parts: [resource.description, revision.description] + parts)
    }
}

extension ResourceTag {
    /// The tag of a connection, which has a body also when there is no document.
    ///
    /// - Parameter parts: what the body shows beside the document; without any it is the tag of the document alone.
    package init(connection document: MetadataDocument, showing parts: [String], in snapshot: StateSnapshot) {
        let resource = document.resource
        let own = ResourceTag(of: resource, in: snapshot)
        if let own, parts.isEmpty {
            self = own
            return
        }
        let revision = own?.revision ?? snapshot.lastChanges[resource]?.revision ?? .zero
        let all = [resource.description, snapshot.dataVersion.description, own?.description ?? ""] + parts
        self.init(revision: revision, parts: all)
    }
}
