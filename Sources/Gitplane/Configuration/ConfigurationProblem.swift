/// One wrong setting and the place that it was given at: a flag, a variable, or `file:line:column`.
struct ConfigurationProblem: Error, Hashable, CustomStringConvertible {
    let place: String
    let message: String

    var description: String { "\(place): error: \(message)" }
}

/// Every wrong setting of a start; the process ends with 78.
struct ConfigurationError: Error {
    let problems: [ConfigurationProblem]
}
