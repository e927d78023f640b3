package import StateRepo
import Synchronization

/// The disk that the publisher of a test writes to: sound until a test says what is to happen before its operations.
package final class TestDisk: Sendable {
    /// Called on the publisher's thread, which waits for it; what it throws is thrown in the place of the operation.
    package typealias Probe = @Sendable (WriterStep) throws(GitError) -> Void

    /// What a system call says of a broken disk (EIO).
    package static let failure = GitError(.other, "flush", "Input/output error")

    private struct State {
        var probe: Probe
    }

    private let state = Mutex(State(probe: { _ throws(GitError) in }))

    package init() {}

    /// Has `probe` called before each operation from now on.
    package func watch(_ probe: @escaping Probe) { state.withLock { $0.probe = probe } }

    /// Fails every operation of these kinds from now on, as a broken disk does.
    package func fail(_ steps: Set<WriterStep>) {
        watch { (step) throws(GitError) in
            if steps.contains(step) { throw Self.failure }
        }
    }

    /// Lets every operation pass again.
    package func heal() { watch { _ throws(GitError) in } }

    func check(_ step: WriterStep) throws(GitError) {
        let state = state.withLock { $0 }
        try state.probe(step)
    }
}
