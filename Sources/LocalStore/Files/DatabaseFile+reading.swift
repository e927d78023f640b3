internal import GRDB

/// A database that is looked at and not changed.
extension DatabaseFile {
    static var reading: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "file"
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// Lends the database to `body` in one transaction.
    func read<Result>(_ body: (Database) throws -> Result) throws(LocalStoreError) -> Result {
        try refuseEmptied()
        do {
            return try DatabaseQueue(path: path, configuration: Self.reading).read(body)
        } catch {
            throw LocalStoreError(translating: error, while: "read \(path)")
        }
    }
}
