import Documents

/// What the gate says of a push.
package struct PushVerdict: Sendable {
    package enum Decision: Hashable, Sendable {
        /// The refs may move.
        case accepted
        case refused
        /// Only a review was asked for: nothing may move, and nothing is wrong.
        case valid
        /// The snapshot that the push was compared with is not that of the old tip of `main`.
        case behind
    }

    /// The most findings that are printed.
    package static let maximumLines = 50
    /// The longest line, in Unicode scalars.
    package static let maximumLineLength = 1_000

    package let decision: Decision
    /// What was found, what is refused first.
    package let findings: [PushFinding]

    package init(decision: Decision, findings: [PushFinding]) {
        self.decision = decision
        self.findings = findings
    }

    /// The refusal of a push that somebody else was faster than.
    package static let overtaken = refusal(
        "push.overtaken",
        "main has moved while this push was reviewed",
        hint: "git pull --rebase, then push again"
    )

    /// A refusal for one reason that lies not in what was pushed.
    package static func refusal(_ code: String, _ message: String, hint: String?) -> PushVerdict {
        var report = PushReport()
        report.refuse(RefName.main.description, code, message, hint: hint)
        return report.verdict(isValidationOnly: false)
    }

    /// The lines for the pusher; git shows each as `remote: …`.
    package var lines: [String] {
        var lines = findings.prefix(Self.maximumLines).map { Self.printable($0.line) }
        if findings.count > lines.count { lines.append("… and \(findings.count - lines.count) more") }
        switch decision {
        case .valid: lines.append("validate-only: valid")
        case .refused: lines.append("refused, nothing was changed: \(summary)")
        case .behind: lines.append("main is being moved by somebody else right now: fetch and push again")
        case .accepted: break
        }
        return lines
    }

    private var summary: String {
        let errors = findings.count(where: \.isBlocking)
        let warnings = findings.count - errors
        let counted = errors == 1 ? "1 error" : "\(errors) errors"
        return warnings == 0 ? counted : counted + (warnings == 1 ? " and 1 warning" : " and \(warnings) warnings")
    }

    /// One line that can do nothing to a terminal, whatever names were pushed.
    private static func printable(_ line: String) -> String {
        let scalars = line.unicodeScalars.prefix(maximumLineLength).map { CharacterRules.isPlain($0) ? $0 : "?" }
        return String(String.UnicodeScalarView(scalars))
    }
}

/// One finding of the review of a push.
package struct PushFinding: Hashable, Sendable {
    package let diagnostic: Diagnostic
    /// The commit below the tip that it was found in; `nil` when it is in the result.
    package let commit: CommitID?
    /// Whether it refuses the push.
    package let isBlocking: Bool

    package init(diagnostic: Diagnostic, commit: CommitID?, isBlocking: Bool) {
        self.diagnostic = diagnostic
        self.commit = commit
        self.isBlocking = isBlocking
    }

    /// `file:line:column: message (hint)`, as the contract writes it.
    package var line: String {
        let line =
            commit.map { "\(diagnostic.pushLine) [in commit \($0.description.prefix(7))]" } ?? diagnostic.pushLine
        return isBlocking ? line : "warning: \(line)"
    }
}

/// Collects findings; of the same finding in several places the one that counts most is kept.
struct PushReport {
    private struct Key: Hashable {
        let file: String
        let code: String
        let position: SourcePosition?
        let message: String

        init(_ diagnostic: Diagnostic) {
            file = diagnostic.file
            code = diagnostic.code
            position = diagnostic.position
            message = diagnostic.message
        }
    }

    private var places: [Key: Int] = [:]
    private var findings: [PushFinding] = []
    /// Whether `main` was elsewhere than the snapshot.
    var isBehind = false
    /// The tips whose new commits were looked at: to the refs that follow they are not new any more.
    private(set) var scanned: [CommitID] = []
    /// How many new commits, and paths that they change, may still come.
    private(set) var commitBudget = PushReview.maximumCommits
    private(set) var changeBudget: Int
    /// How many branches may still be compared with `main`.
    private(set) var proposalBudget = PushReview.maximumProposals

    init(changeBudget: Int = PushReview.maximumChanges) { self.changeBudget = changeBudget }

    /// Counts what was looked at for one ref.
    mutating func spend(tip: CommitID, commits: Int, changeBudget: Int) {
        scanned.append(tip)
        commitBudget -= commits
        self.changeBudget = changeBudget
    }

    /// Whether another branch may be compared with `main`.
    mutating func spendProposal() -> Bool {
        proposalBudget -= 1
        return proposalBudget >= 0
    }

    mutating func refuse(_ diagnostic: Diagnostic, in commit: CommitID? = nil) {
        add(PushFinding(diagnostic: diagnostic, commit: commit, isBlocking: true))
    }

    mutating func warn(_ diagnostic: Diagnostic, in commit: CommitID? = nil) {
        add(PushFinding(diagnostic: diagnostic, commit: commit, isBlocking: false))
    }

    mutating func refuse(_ ref: String, _ code: String, _ message: String, hint: String? = nil) {
        refuse(Diagnostic(.error, code, file: ref, message, hint: hint))
    }

    private mutating func add(_ finding: PushFinding) {
        guard let place = places[Key(finding.diagnostic)] else {
            places[Key(finding.diagnostic)] = findings.count
            return findings.append(finding)
        }
        let known = findings[place]
        findings[place] = PushFinding(
            diagnostic: known.diagnostic,
            commit: known.commit == nil || finding.commit == nil ? nil : known.commit,
            isBlocking: known.isBlocking || finding.isBlocking
        )
    }

    /// What refuses comes first, and of that what is in the result.
    func verdict(isValidationOnly: Bool) -> PushVerdict {
        let sorted = findings.enumerated().sorted { lhs, rhs in
            (Self.rank(lhs.element), lhs.offset) < (Self.rank(rhs.element), rhs.offset)
        }
        let isRefused = findings.contains(where: \.isBlocking)
        let decision: PushVerdict.Decision =
            switch (isRefused, isBehind) {
            case (true, _): .refused
            case (false, true): .behind
            case (false, false): isValidationOnly ? .valid : .accepted
            }
        return PushVerdict(decision: decision, findings: sorted.map(\.element))
    }

    private static func rank(_ finding: PushFinding) -> Int {
        (finding.isBlocking ? 0 : 2) + (finding.commit == nil ? 0 : 1)
    }
}
