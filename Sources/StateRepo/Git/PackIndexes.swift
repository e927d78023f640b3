import Foundation

/// The indexes of the packs, by which objects are found in them; git-index-pack(1) makes one anew of its pack.
package struct PackIndexes: Sendable {
    private static let folder = "objects/pack"

    /// The absolute path of the bare repository.
    private let repository: String

    package init(repositoryAt path: String) { self.repository = path }

    /// The packs whose index is damaged or missing, as paths relative to the repository, in order.
    ///
    /// - Parameter isQuiet: whether nobody writes there; else a pack that is new may have none for a moment.
    package func faulty(isQuiet: Bool) throws -> [String] {
        let folder = "\(repository)/\(Self.folder)"
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        return try names.filter { name in
            guard name.hasPrefix("pack-"), name.hasSuffix(".pack") else { return false }
            let index = "\(folder)/\(name.dropLast(".pack".count)).idx"
            return try SealedFile(path: index).isDamaged()
                || isQuiet && !FileSystem.exists(index)
        }
        .map { "\(Self.folder)/\($0)" }
    }
}
