extension String {
    /// The beginning of a commit's id: so many digits or more, until it cannot be taken for a number of the sequence.
    package func revisionPrefix(_ count: Int) -> String {
        let digits = prefix { $0.isWholeNumber }.count
        return String(prefix(max(count, digits + 1)))
    }
}
