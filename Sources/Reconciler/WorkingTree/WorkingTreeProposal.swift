package import StateRepo

/// What the working tree wants to become part of `main`: a job of the one writer.
package struct WorkingTreeProposal: Sendable {
    package enum Source: Sendable {
        /// Edits that nobody has committed: for each file what it started from and what it is.
        case edits([FileVersions])
        /// The commits up to the tip of the branch `worktree`.
        case commits(CommitID)
    }

    package enum Mode: Sendable {
        case commit
        /// Everything but writing.
        case dryRun
    }

    package let source: Source
    package let mode: Mode
    package let principal: Principal
    /// Who edits there.
    package let author: CheckoutUser

    package init(_ source: Source, mode: Mode = .commit, principal: Principal, author: CheckoutUser) {
        self.source = source
        self.mode = mode
        self.principal = principal
        self.author = author
    }
}

/// What became of a proposal.
package struct WorkingTreeOutcome: Sendable {
    /// The state afterwards.
    package let snapshot: StateSnapshot
    /// The paths whose content is part of ``snapshot`` now.
    package let taken: [EntryPath]
    /// What the gate says, of what was taken and of what was not.
    package let diagnostics: [Diagnostic]
}
