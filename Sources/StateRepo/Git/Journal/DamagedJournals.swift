import Foundation

/// Journals that were found damaged between their frames, which no crash does; they are kept beside the repository's own.
///
/// What stands behind the damage is recovered as far as it can be read; writes that were acknowledged may be missing.
package struct DamagedJournals {
    private static let prefix = "\(Journal.fileName).damaged-"

    private let path: String

    /// - Parameter path: the bare repository.
    package init(repositoryAt path: String) { self.path = path }

    /// The names of the files, in order.
    package var names: [String] {
        get throws {
            guard FileSystem.exists(path) else { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix(Self.prefix) }
                .sorted()
        }
    }

    /// Keeps a copy, by its checksum: one that is there already is the same.
    func keep(_ content: [UInt8]) throws(GitError) {
        let place = "\(path)/\(Self.prefix)\(try ObjectHash.blob(content).description.prefix(12))"
        guard !FileSystem.exists(place) else { return }
        let temporary = "\(place).new"
        try FileSystem.write(content, to: temporary)
        try FileSystem.flush(temporary)
        guard rename(temporary, place) == 0 else { throw FileSystem.error("keep", place) }
        try FileSystem.flush(path)
    }
}
