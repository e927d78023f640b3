/// How far a ``JournalCommitLog`` goes; tests make it less.
package struct JournalLimits: Sendable {
    package static let standard = JournalLimits()

    /// How long git may not see what is acknowledged while more and more is appended.
    package var age = JournalCommitLog.maximumAge
    /// How large a pack grows while more and more is appended, in bytes.
    package var pack = JournalCommitLog.maximumPack
    /// The most that is appended without a seal, in bytes of the pack.
    package var unsealed = JournalCommitLog.maximumUnsealed
    /// How large the journal may grow, in bytes.
    package var backlog = JournalCommitLog.maximumBacklog
    /// The largest frame of the journal, in bytes.
    package var frame = JournalFrame.maximumSize
    /// Of how many directories the trees are remembered.
    package var directories = TreeMemory.maximumCount

    package init() {}
}
