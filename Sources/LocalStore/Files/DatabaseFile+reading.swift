internal import Foundation
internal import GRDB

#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// A database that is looked at and not changed.
extension DatabaseFile {
    private static var reading: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "file"
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// Lends the database to `body` in one transaction.
    func read<Result>(_ body: (Database) throws -> Result) throws(LocalStoreError) -> Result {
        do {
            return try openForReading().read(body)
        } catch {
            throw LocalStoreError(translating: error, while: "read \(path)")
        }
    }

    /// Opens the database for reading only, unless SQLite would throw its log away (``refuseEmptied()``).
    ///
    /// SQLite makes a `-shm` beside it also for that, which it cannot where the file system is read-only: there nobody writes
    /// to it, and it is read as it is (https://sqlite.org/uri.html, `immutable`).
    func openForReading() throws -> DatabaseQueue {
        try refuseEmptied()
        let address = isImmutable ? "\(URL(filePath: path).absoluteString)?immutable=1" : path
        return try DatabaseQueue(path: address, configuration: Self.reading)
    }

    /// Whether it is on a read-only file system, and without a log, which would have to be read too.
    private var isImmutable: Bool {
        guard access(path, W_OK) != 0, errno == EROFS else { return false }
        return access("\(path)-wal", F_OK) != 0
    }
}
