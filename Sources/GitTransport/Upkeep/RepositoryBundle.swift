package import Foundation
import StateRepo

/// Copies a repository into one file, beside those that write to it.
///
/// `git bundle` leaves out a ref that moves while it runs, and says that all went well. So it is given refs that stand
/// still: a repository of its own, with the refs of one listing, that borrows the objects. What a ref of the listing names
/// was stored before, and objects that a ref named a moment ago are kept for two weeks.
package struct RepositoryBundle: Sendable {
    /// The most bytes of the names of all refs and what they name.
    package static let maximumListing = 32 << 20

    /// How much longer the listing of a bundle is, which has `HEAD` too, in bytes.
    private static let head = "HEAD ".utf8.count + 41

    private let repository: String
    private let programs: GitPrograms
    private let limits: GitProcessLimits
    private let maximumListing: Int

    /// - Parameters:
    ///   - repository: the bare repository, an absolute path.
    ///   - maximumListing: tests lower it.
    package init(
        repository: String,
        programs: GitPrograms,
        limits: GitProcessLimits = .maximumForUpkeep,
        maximumListing: Int = Self.maximumListing
    ) {
        self.repository = repository
        self.programs = programs
        self.limits = limits
        self.maximumListing = maximumListing
    }

    /// Writes the file, with everything that the refs name.
    ///
    /// - Returns: the refs and what they name.
    /// - Throws: ``RepositoryUpkeep/Failure`` when there is no `main`, when a ref cannot be read, or when the file has not
    ///   exactly the refs that were there at one moment; a part of the file may be there then.
    package func write(to file: URL) async throws -> [String: String] {
        let frozen = try await listing()
        let lines = Self.lines(frozen)
        guard lines.contains(where: { $0.hasSuffix(" \(RefName.main)") }) else {
            throw Self.failure("\(RefName.main) is not there")
        }
        let view = file.appendingPathExtension("view")
        do {
            try makeView(at: view, frozen)
            let create = ["bundle", "create", "--quiet", file.path, "--all"]
            _ = try await git(create, in: view.path, borrowing: true, keeping: maximumListing)
            try FileManager.default.removeItem(at: view)
        } catch {
            if FileManager.default.fileExists(atPath: view.path) { try FileManager.default.removeItem(at: view) }
            throw error
        }
        let written = try await git(
            ["bundle", "list-heads", file.path],
            in: repository,
            keeping: maximumListing + Self.head
        )
        let difference = Set(lines).symmetricDifference(Self.lines(written.bytes).filter { $0.contains(" refs/") })
        guard difference.isEmpty else { throw Self.failure("these refs are not as they were: \(difference.sorted())") }
        return Dictionary(lines.map(Self.reference)) { first, _ in first }
    }

    /// Every ref as of one moment, as `packed-refs` has them (gitrepository-layout(5)).
    private func listing() async throws -> [UInt8] {
        let listed = try await git(
            ["for-each-ref", "--format=%(objectname) %(refname)"],
            in: repository,
            keeping: maximumListing
        )
        // git leaves out what it cannot read, and warns.
        let warnings = listed.ending.errors.split(separator: "\n").filter { $0.contains("ignoring") }
        guard warnings.isEmpty else { throw Self.failure(warnings.joined(separator: "; ")) }
        return listed.bytes
    }

    /// Makes a repository with these refs, and with the settings that keep git within its limits.
    private func makeView(at view: URL, _ packedRefs: [UInt8]) throws {
        let configuration = RepositoryConfiguration(hooksPath: "\(view.path)/hooks")
        _ = try GitRepository(creatingBareAt: view.path, configuration: configuration)
        try Data(packedRefs).write(to: view.appending(path: "packed-refs"))
    }

    /// - Parameters:
    ///   - isBorrowing: whether objects are those of ``repository``.
    ///   - limit: in bytes; what is as long was cut off.
    private func git(
        _ arguments: [String],
        in directory: String,
        borrowing isBorrowing: Bool = false,
        keeping limit: Int
    ) async throws -> GitCommand.Outcome {
        let environment = isBorrowing ? ["GIT_OBJECT_DIRECTORY": "\(repository)/objects"] : [:]
        let command = GitCommand(programs: programs, limits: limits, environment: environment)
        let outcome = try await command.run(["--git-dir", directory] + arguments, keeping: limit)
        guard outcome.ending.isSuccess else {
            let reason = outcome.ending.isKilled ? "it took too long or too much" : outcome.ending.errors
            throw Self.failure("\(arguments[0]): \(reason)")
        }
        guard outcome.bytes.count < limit else { throw Self.failure("there are too many refs") }
        return outcome
    }

    private static func lines(_ listing: [UInt8]) -> [String] {
        listing.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func reference(_ line: String) -> (String, String) {
        let parts = line.split(separator: " ", maxSplits: 1)
        return (String(parts.last ?? ""), String(parts.first ?? ""))
    }

    private static func failure(_ reason: String) -> RepositoryUpkeep.Failure {
        RepositoryUpkeep.Failure(command: "bundle", output: [reason])
    }
}
