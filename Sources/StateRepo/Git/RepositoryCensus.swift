import Foundation

/// How many files the objects of a repository are spread over.
package struct RepositoryCensus: Hashable, Sendable {
    package let looseObjects: Int
    package let packs: Int

    package init(looseObjects: Int, packs: Int) {
        self.looseObjects = looseObjects
        self.packs = packs
    }

    /// Counts the files of the bare repository at `path`; what comes and goes meanwhile may be missed.
    package init(repositoryAt path: String) throws {
        let objects = "\(path)/objects"
        let folders = try Self.names(in: objects).filter {
            $0.utf8.count == 2 && $0.utf8.allSatisfy { $0.lowercaseHexValue != nil }
        }
        looseObjects = try folders.reduce(0) { count, folder in
            try count + Self.names(in: "\(objects)/\(folder)").count
        }
        packs = try Self.names(in: "\(objects)/pack").count { $0.hasSuffix(".pack") && $0.hasPrefix("pack-") }
    }

    /// Empty when there is no such folder: git removes those that it has emptied.
    private static func names(in folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            guard FileManager.default.fileExists(atPath: folder) else { return [] }
            throw error
        }
    }
}
