/// Why a repository cannot be had.
package struct RemoteRepositoryError: Error, Hashable, Sendable {
    package let message: String
    /// What git said, line by line.
    package let output: [String]

    init(_ message: String, output: [String] = []) {
        self.message = message
        self.output = output
    }
}
