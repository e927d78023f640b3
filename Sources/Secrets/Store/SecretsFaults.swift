/// Where a test makes a write fail or end as a crash would end it; in a server nothing does.
package struct SecretsFaults: Sendable {
    /// The steps of replacing a file, in their order.
    package enum Step: CaseIterable, Sendable {
        case create, write, flush, readBack, announce, keepPrevious, rename, flushFolder, confirm
    }

    package enum Fault: Sendable {
        /// The step fails as a system call does that sets `errno`.
        case fail(Int32)
        /// Nothing happens any more, no tidying up either.
        case crash
    }

    /// What a crash looks like to the caller of the store.
    package struct Crash: Error {}

    package static let none = SecretsFaults { _ in nil }

    private let fault: @Sendable (Step) -> Fault?

    package init(_ fault: @escaping @Sendable (Step) -> Fault?) { self.fault = fault }

    func check(_ step: Step, _ name: String) throws(SecretsError) {
        switch fault(step) {
        case nil: return
        case .fail(let number): throw SecretsError(systemCall: number, "cannot replace \(name)")
        case .crash: throw SecretsError(.unavailable, "crash", cause: Crash())
        }
    }
}

extension SecretsError {
    var isCrash: Bool { cause is SecretsFaults.Crash }
}
