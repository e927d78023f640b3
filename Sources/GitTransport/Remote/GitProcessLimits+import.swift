extension GitProcessLimits {
    /// For copying a repository from elsewhere, at the wish of whoever starts the program.
    package static let maximumForImport = GitProcessLimits(
        maximumMemory: 4 << 30,
        maximumProcessorSeconds: 3_600,
        maximumFileSize: 16 << 30,
        maximumOpenFiles: 1_024,
        deadline: .seconds(7_200),
        niceness: 0
    )
}
