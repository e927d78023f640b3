package import Foundation

/// The files that travel with the program: contract, schemas, catalogue, skills and template.
package struct ShareDirectory: Hashable, Sendable {
    package let url: URL

    /// The HTTP contract, an OpenAPI document.
    package var contract: URL { url.appending(path: "openapi/control-plane.json") }
    /// One JSON Schema per file, named after it.
    package var schemas: URL { url.appending(path: "schemas") }
    package var catalogue: URL { url.appending(path: "catalogue") }
    /// The passwords that nobody may choose, one per line.
    package var commonPasswords: URL { url.appending(path: "passwords/common.txt") }
    /// The folder `state/` of a new repository.
    package var state: URL { url.appending(path: "state") }
    /// The skills of a new repository.
    package var skills: URL { url.appending(path: "skills") }
    /// What else stands in a new repository, beside `state/` and `skills/`.
    package var template: URL { url.appending(path: "template") }

    /// - Throws: ``ShareDirectoryError`` when contract or schemas are not in the folder at `url`.
    package init(at url: URL) throws(ShareDirectoryError) {
        guard Self.holdsData(url) else { throw ShareDirectoryError(searched: [url]) }
        self.url = url
    }

    /// Finds the data of a program.
    ///
    /// An installed program has them in `../share/gitplane`; one that was built in a checkout has them in the folder
    /// around it that holds `openapi/` and `schemas/`.
    /// - Parameter executable: the program's file, without links in its path.
    package init(of executable: URL) throws(ShareDirectoryError) {
        let folder = executable.deletingLastPathComponent()
        let installed = folder.deletingLastPathComponent().appending(path: "share/gitplane")
        let places = [installed] + Self.ancestors(of: folder)
        guard let found = places.first(where: Self.holdsData) else { throw ShareDirectoryError(searched: places) }
        self.url = found
    }

    /// The data of the running program.
    package static func ofThisProgram() throws -> ShareDirectory {
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return try ShareDirectory(of: URL(filePath: path))
    }

    /// `folder` and every folder around it, the nearest first.
    private static func ancestors(of folder: URL) -> [URL] {
        var names = folder.standardizedFileURL.pathComponents.dropFirst()
        var folders: [URL] = []
        while !names.isEmpty {
            folders.append(URL(filePath: "/" + names.joined(separator: "/"), directoryHint: .isDirectory))
            names.removeLast()
        }
        return folders
    }

    private static func holdsData(_ url: URL) -> Bool {
        ["openapi/control-plane.json", "schemas/agent.json"].allSatisfy {
            FileManager.default.fileExists(atPath: url.appending(path: $0).path)
        }
    }
}

/// The program's data are nowhere near the program: the installation is incomplete.
package struct ShareDirectoryError: Error, CustomStringConvertible {
    package let searched: [URL]

    package var description: String {
        let places = searched.prefix(2).map(\.path).joined(separator: " and ")
        return "the contract and the schemas were not found in \(places); install again with make install"
    }
}
