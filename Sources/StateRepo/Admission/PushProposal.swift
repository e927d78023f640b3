import Documents

/// What a push wants to do to one ref (githooks(5), pre-receive).
package struct RefUpdate: Hashable, Sendable {
    /// The full name as it was pushed; it need not be one that ``RefName`` takes.
    package let ref: String
    /// `nil` when the ref is to be created.
    package let old: AnyObjectID?
    /// `nil` when the ref is to be deleted.
    package let new: AnyObjectID?

    package init(ref: String, old: AnyObjectID?, new: AnyObjectID?) {
        self.ref = ref
        self.old = old
        self.new = new
    }
}

/// A push as git's hook describes it, before any ref has moved.
package struct PushProposal: Hashable, Sendable {
    /// The most refs that one push may update.
    package static let maximumUpdates = 256
    /// The most push options.
    package static let maximumOptions = 16
    /// The longest push option, in bytes.
    package static let maximumOptionLength = 1_024

    /// The push option that asks for the review and for nothing else.
    package static let validateOnly = "validate-only"

    package let updates: [RefUpdate]
    package let options: [String]
    /// Git's `GIT_QUARANTINE_PATH`: where the pushed objects are until all is accepted; `nil` when none came.
    package let quarantine: String?

    package init(updates: [RefUpdate], options: [String] = [], quarantine: String?) {
        self.updates = updates
        self.options = options
        self.quarantine = quarantine
    }

    /// What the push wants to do to `main`.
    package var mainUpdate: RefUpdate? { updates.first { $0.ref.hasSameBytes(as: RefName.main.description) } }

    /// Whether nothing may change, whatever the review says.
    package var isValidationOnly: Bool { options.contains { $0.hasSameBytes(as: Self.validateOnly) } }
}
