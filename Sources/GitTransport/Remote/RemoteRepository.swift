import Foundation
package import StateRepo

/// A repository elsewhere, reached by `git` itself; libgit2's network transports hang.
///
/// git gets nothing of anybody's configuration. What it cannot reach with an address alone, for want of a credential helper
/// or a proxy, is cloned first and then read by its path.
package struct RemoteRepository: Sendable {
    /// The longest address, in bytes.
    package static let maximumAddressLength = 2_048
    /// As git gets it; a path is absolute.
    package let address: String
    private let programs: GitPrograms
    private let limits: GitProcessLimits

    /// - Parameters:
    ///   - address: a path, or what git takes as an address: `https`, `http`, `ssh`, `git`, `file`, `host:path`.
    ///   - directory: what a relative path starts at; absolute.
    /// - Throws: ``RemoteRepositoryError`` for what is no address.
    package init(
        _ address: String,
        relativeTo directory: String,
        programs: GitPrograms,
        limits: GitProcessLimits = .maximumForImport
    ) throws(RemoteRepositoryError) {
        // git takes `name::rest` as a request to run the program git-remote-name.
        guard !address.isEmpty, address.utf8.count <= Self.maximumAddressLength, !address.hasPrefix("-"),
            !address.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }), !address.contains("::")
        else { throw RemoteRepositoryError("this is not the address or the path of a repository") }
        let path = URL(filePath: address, relativeTo: URL(filePath: directory, directoryHint: .isDirectory)).path
        self.address = FileManager.default.fileExists(atPath: path) ? path : address
        self.programs = programs
        self.limits = limits
    }

    /// Which of `names` the repository has.
    package func references(named names: [RefName]) async throws -> Set<RefName> {
        let listing = try await git(["ls-remote", "--", address] + names.map(\.description))
        let present = listing.split(separator: "\n").compactMap { $0.split(separator: "\t").last }
        return Set(present.compactMap { RefName($0) }).intersection(names)
    }

    /// Copies refs, and what they reach, into the bare repository at an absolute path; every object is checked.
    package func fetch(_ refs: [(source: RefName, target: RefName)], into repository: String) async throws {
        let settings = ["fetch.fsckObjects=true", "fetch.unpackLimit=1", "core.hooksPath=/dev/null"]
        let options = [
            "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules",
        ]
        _ = try await git(
            settings.flatMap { ["-c", $0] } + ["--git-dir", repository, "fetch"] + options + ["--", address]
                + refs.map { "\($0.source):\($0.target)" }
        )
    }

    /// Runs git and returns what it printed.
    private func git(_ arguments: [String]) async throws -> String {
        let command = GitCommand(
            programs: programs,
            limits: limits,
            environment: ["GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh", "GIT_ASKPASS": "/bin/false"]
        )
        let outcome = try await command.run(arguments)
        let ending = outcome.ending
        guard ending.isSuccess else {
            let reason = ending.isKilled ? "git took too long or too much" : "git cannot read \(address)"
            throw RemoteRepositoryError(reason, output: ending.errors.split(separator: "\n").map(String.init))
        }
        return outcome.output
    }
}
