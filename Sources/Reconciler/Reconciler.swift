package import StateRepo

/// Why a pass runs.
package enum ReconcileReason: String, Sendable, CaseIterable {
    /// Something in the folder of refs changed.
    case refMoved = "ref-moved"
    /// The gate accepted a push, whose ref has moved or is about to.
    case pushAnnounced = "push-announced"
    case workingTree = "working-tree"
    /// Nothing happened that is known of.
    case periodicScan = "periodic-scan"
    /// Somebody asked for it.
    case requested
}

/// Somebody else than `main` that a pass brings in, such as a working tree.
package protocol ReconcileParticipant: Sendable {
    /// The passes that it joins.
    var reasons: Set<ReconcileReason> { get }

    /// Brings what is new into `main`, through the gate; the pass publishes it afterwards.
    func takePart() async throws(StateError)
}

/// One pass, whoever asks for it: `main`, then whoever takes part, then `main` again when somebody did.
package struct Reconciler: Sendable {
    private let publisher: StatePublisher
    private let participants: [any ReconcileParticipant]

    package init(_ publisher: StatePublisher, participants: [any ReconcileParticipant] = []) {
        self.publisher = publisher
        self.participants = participants
    }

    /// Returns when what was to be seen at the call is served.
    ///
    /// - Throws: why the state could not be read; what was served is served as before, and the conditions say so.
    @discardableResult
    package func pass(_ reason: ReconcileReason) async throws(StateError) -> StateSnapshot {
        let snapshot = try await publisher.reconcile(reason)
        let joining = participants.filter { $0.reasons.contains(reason) }
        guard !joining.isEmpty else { return snapshot }
        for participant in joining { try await participant.takePart() }
        return try await publisher.reconcile(reason)
    }
}
