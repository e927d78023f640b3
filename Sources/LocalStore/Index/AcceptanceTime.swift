/// Sequences that belong to a time of acceptance, as parts of a statement that cost the same however long history is.
///
/// Times grow with the sequence except where a clock went back. Such commits are marked as regressed and are few; the
/// others are in one order by time and by sequence, so that the first or last of them is found by one step.
enum AcceptanceTime {
    /// The highest sequence accepted at a time or before, else 0; takes the time twice.
    static let newest = """
        max(
            ifnull((
                SELECT sequence FROM commits WHERE regressed = 0 AND accepted_at <= ?
                ORDER BY accepted_at DESC, sequence DESC LIMIT 1
            ), 0),
            ifnull((SELECT max(+sequence) FROM commits WHERE regressed = 1 AND accepted_at <= ?), 0)
        )
        """

    /// The lowest sequence accepted at a time or after, else NULL; takes the time once.
    ///
    /// It is never a regressed one: what it regressed from was accepted later still, and comes before it.
    static let oldest = """
        (
            SELECT sequence FROM commits WHERE regressed = 0 AND accepted_at >= ?
            ORDER BY accepted_at, sequence LIMIT 1
        )
        """

    /// The latest time of all commits, NULL for none.
    static let latest = "SELECT max(accepted_at) FROM commits WHERE regressed = 0"
}
