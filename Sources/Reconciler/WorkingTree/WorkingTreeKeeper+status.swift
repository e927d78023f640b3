import StateRepo

extension WorkingTreeKeeper {
    /// How long the index may be locked before that is told.
    private static let patienceWithLock = Duration.seconds(3)

    /// Puts what the pass has found on the board and among the conditions.
    ///
    /// A lock that a git command holds for a moment is not worth telling.
    func show() {
        if report.reason == WorkingTreeActivity.indexLocked.rawValue {
            let time = configuration.elapsed()
            let since = lockedSince ?? time
            lockedSince = since
            if time - since < Self.patienceWithLock { return }
        } else {
            lockedSince = nil
        }
        let edits = configuration.mode == .off ? [] : found.edits
        let status = WorkingTreeStatus(
            mode: configuration.mode,
            reason: report.reason,
            message: report.message,
            revision: report.revision,
            edits: edits.prefix(WorkingTreeStatus.maximumListed).map(Self.listed),
            editCount: edits.count,
            diagnostics: Array(report.diagnostics.prefix(StateReport.maximumDiagnostics))
        )
        board.show(status)
        publisher.conditions.set(
            .workingTreeClean,
            status.isClean ? .yes : .no,
            reason: status.reason,
            message: status.message,
            revision: status.revision,
            at: configuration.now()
        )
    }

    private static func listed(_ edit: WorkingTreeEdit) -> WorkingTreeStatus.Edit {
        let change: WorkingTreeStatus.Edit.Change =
            switch edit.content {
            case .removed: .remove
            case .file, .refused: edit.isTracked ? .modify : .add
            }
        return WorkingTreeStatus.Edit(path: edit.path.description, change: change)
    }
}
