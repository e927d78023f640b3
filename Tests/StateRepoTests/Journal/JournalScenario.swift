import Foundation
import StateRepo
import Synchronization
import TestSupport

/// A log that commits to a repository, again and again, and whose file operations can be made to fail.
final class JournalScenario {
    let git: Git
    private(set) var log: JournalCommitLog?
    private(set) var head: CommitID?
    /// What was acknowledged: flushed without an error.
    private(set) var acknowledged: [CommitID] = []
    private var count = 0
    private let faults: FaultPlan
    private let limits: JournalLimits

    init(_ git: Git, faults: FaultPlan = FaultPlan(), limits: JournalLimits = .standard) throws {
        self.git = git
        self.faults = faults
        self.limits = limits
        try open()
    }

    func open() throws {
        let faults = faults
        log = try JournalCommitLog(
            repositoryAt: git.directory,
            patience: BranchLockPatience(attempts: 1) { _ in },
            limits: limits
        ) { (step) throws(GitError) in try faults.check(step) }
        head = try log?.head()
    }

    /// Lets go of everything as a killed process does: nothing is closed or removed in order.
    func abandon() { log = nil }

    /// Appends commits that each change one of 40 files in one of 8 folders, and flushes them together.
    func batch(_ size: Int) throws {
        guard let log else { return }
        let start = head
        var made: [CommitID] = []
        do {
            for _ in 0..<size {
                count += 1
                let file = try path("state/agents/a\(count * 7 % 40)/agent.json")
                let content = Array("{\"n\": \(count), \"fill\": \"\(String(repeating: "x", count: 300))\"}".utf8)
                let draft = CommitDraft(
                    files: [.init(file, .bytes(content))],
                    author: .test,
                    committer: .test,
                    message: "change \(count)\n"
                )
                let commit = try log.append(draft, onto: head)
                head = commit.id
                made.append(commit.id)
            }
            try log.flush()
            acknowledged += made
        } catch {
            head = start
            throw error
        }
    }
}

/// Which file operation fails, with all that follow it or alone.
final class FaultPlan: Sendable {
    enum Fault: Sendable {
        /// As if the process had been killed before it.
        case kill(at: Int)
        /// As if the disk had refused it.
        case fail(WriterStep, GitError.Code)
        /// As if it had refused all of these.
        case failAll(Set<WriterStep>, GitError.Code)
    }

    private struct State {
        var fault: Fault?
        var count = 0
        var hasStruck = false
    }

    private let state = Mutex(State())

    init(_ fault: Fault? = nil) { set(fault) }

    func set(_ fault: Fault?) {
        state.withLock { $0 = State(fault: fault) }
    }

    /// How many operations there were.
    var count: Int { state.withLock { $0.count } }
    var hasStruck: Bool { state.withLock { $0.hasStruck } }

    func check(_ step: WriterStep) throws(GitError) {
        let error: GitError? = state.withLock { state in
            defer { state.count += 1 }
            switch state.fault {
            case .kill(let place) where state.count >= place:
                state.hasStruck = true
                return GitError(.other, "test", "killed at \(place)")
            case .failAll(let steps, let code) where steps.contains(step):
                state.hasStruck = true
                return GitError(code, "test", "\(step) fails")
            case .fail(step, let code):
                state.hasStruck = true
                return GitError(code, "test", "\(step) fails")
            default: return nil
            }
        }
        if let error { throw error }
    }
}
