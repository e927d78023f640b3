/// Walks along the audit log and stops at the first entry that is not what it was.
package struct AuditVerification: Sendable {
    /// What is wrong with an entry.
    package enum Fault: String, Sendable {
        case missing = "entries before it are missing"
        case notChained = "it does not follow the entry before it"
        case changed = "its content is not what was hashed"
        case cutOff = "it was written, and is gone with all that followed"
        case replaced = "it is not the one that was written"
    }

    package struct Finding: Hashable, Sendable {
        /// The sequence of the first broken entry.
        package let sequence: Int
        package let fault: Fault

        package init(sequence: Int, fault: Fault) {
            self.sequence = sequence
            self.fault = fault
        }
    }

    private var previous: AuditEntry?
    package private(set) var finding: Finding?

    package init() {}

    /// How many entries were found whole.
    package var count: Int { previous?.sequence ?? 0 }
    /// The hash of the newest whole entry: kept elsewhere it also tells when the whole log was replaced.
    package var head: String { previous?.hash ?? AuditEntry.origin }

    /// Looks at the next entry; entries come in their order.
    ///
    /// - Returns: whether it is whole, and the one after it should be looked at.
    package mutating func add(_ entry: AuditEntry) -> Bool {
        let expected = (previous?.sequence ?? 0) + 1
        if entry.sequence != expected {
            finding = Finding(sequence: expected, fault: .missing)
        } else if entry.previousHash != head {
            finding = Finding(sequence: entry.sequence, fault: .notChained)
        } else if entry.hash != entry.expectedHash {
            finding = Finding(sequence: entry.sequence, fault: .changed)
        } else {
            previous = entry
        }
        return finding == nil
    }

    /// Takes note of what is wrong with the end of a log whose entries are whole.
    package mutating func end(_ finding: Finding?) { self.finding = self.finding ?? finding }
}
