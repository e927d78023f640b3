package import Foundation
package import StateRepo

/// Runs `body` in a fresh directory and removes the directory afterwards, also when `body` throws.
package func withTemporaryDirectory<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (URL) async throws -> Result
) async throws -> Result {
    let directory = URL.temporaryDirectory.appending(path: "gitplane-\(UUID().uuidString)").resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    // Many tests only wait for git, one folder after the other; those that answer requests need the thread in between.
    await Task.yield()
    do {
        let result = try await body(directory)
        try FileManager.default.removeItem(at: directory)
        return result
    } catch {
        try FileManager.default.removeItem(at: directory)
        throw error
    }
}

/// Runs `body` with an empty bare repository that is configured as the server configures its own, and with git for it.
package func withTemporaryRepository<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (borrowing GitRepository, Git) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        let path = directory.appending(path: "state.git").path
        let hooks = directory.appending(path: "hooks").path
        let configuration = RepositoryConfiguration(hooksPath: hooks)
        let repository = try GitRepository(creatingBareAt: path, configuration: configuration)
        return try await body(repository, Git(directory: path))
    }
}

extension Signature {
    /// A fixed author, so that two runs of a test make the same commit names.
    package static let test = Signature(name: "Ada", email: "ada@example.com", time: 1_700_000_000)
}
