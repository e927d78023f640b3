import Foundation
import StateRepo

/// Where measurements keep their files: a folder on the disk that builds are on, because a memory disk flushes for free.
struct BenchFolder: Sendable {
    let url: URL
    let share: ShareDirectory

    /// Makes the folder anew, below `.build` of the current directory.
    init() throws {
        self.share = try ShareDirectory.ofThisProgram()
        let here = URL(filePath: FileManager.default.currentDirectoryPath)
        self.url = here.appending(path: ".build/gitplane-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func remove() throws { try FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    /// Another copy of a repository in this folder.
    func copy(_ repository: BenchRepository, as name: String) throws -> BenchRepository {
        try FileManager.default.copyItem(atPath: repository.path, toPath: path(name))
        return BenchRepository(path: path(name))
    }
}
