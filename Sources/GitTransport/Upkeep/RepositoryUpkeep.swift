import Foundation
package import Telemetry

/// Git commands on the server's own repository, beside its writer.
///
/// Each is one that may be run beside others that write: it adds before it takes away. What the writer has acknowledged
/// is to be sealed before.
package struct RepositoryUpkeep: Sendable {
    /// How old an object must be that nothing refers to before it is removed, as git takes it.
    package static let expiry = "2.weeks.ago"

    private let repository: String
    private let command: GitCommand

    /// - Parameters:
    ///   - repository: the bare repository, an absolute path.
    ///   - spans: where the commands are recorded.
    package init(
        repository: String,
        programs: GitPrograms,
        limits: GitProcessLimits = .maximumForUpkeep,
        spans: Spans = .none
    ) {
        self.repository = repository
        self.command = GitCommand(programs: programs, limits: limits, spans: spans)
    }

    /// Why a command did not do what it should.
    package struct Failure: Error, CustomStringConvertible {
        package let command: String
        /// What git said, line by line.
        package let output: [String]

        package var description: String {
            "git \(command) failed\(output.first.map { ": \($0)" } ?? "")"
        }
    }

    /// Reads every object and follows every reference, in the packs themselves: what git makes of them to be faster is
    /// looked at elsewhere (`DerivedFiles`), and damage in it would end git.
    ///
    /// - Returns: what git found wrong, line by line; of very many the first, and a line that says so.
    package func faults() async throws -> [String] {
        let options = ["--full", "--strict", "--no-dangling", "--no-reflogs", "--no-progress"]
        let settings = ["-c", "core.multiPackIndex=false", "-c", "core.commitGraph=false"]
        let limit = GitCommand.maximumOutput
        let outcome = try await command.run(
            ["--git-dir", repository] + settings + ["fsck"] + options,
            keeping: limit,
            errors: limit
        )
        guard !outcome.ending.isSuccess else { return [] }
        let (printed, errors) = (outcome.output, outcome.ending.errors)
        var lines = [errors, printed].flatMap { text in
            // The last line of what was cut off is a part of one.
            text.split(separator: "\n").dropLast(text.utf8.count < limit ? 0 : 1).map(String.init)
        }
        if max(printed.utf8.count, errors.utf8.count) >= limit { lines.append("and more than is shown here") }
        let faults = lines.filter { !$0.hasPrefix("notice:") && !$0.hasPrefix("dangling ") }
        guard !faults.isEmpty else { throw Failure(command: "fsck", output: []) }
        return faults
    }

    /// Brings everything of a bundle into the repository, which has none of its refs; every object is checked.
    package func unbundle(_ path: String) async throws {
        let settings = ["fetch.fsckObjects=true", "fetch.unpackLimit=1", "core.hooksPath=/dev/null"]
        let options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--update-head-ok"]
        try await run(settings.flatMap { ["-c", $0] } + ["fetch"] + options + ["--", path, "+refs/*:refs/*"])
    }

    /// Packs loose objects, and packs that have become many, so that each is more than twice as large as the next.
    ///
    /// The new pack is flushed and in place before anything that it holds is removed.
    package func pack() async throws {
        try await run(Self.settings + ["repack", "-d", "-l", "--geometric=2", "--quiet"])
        try await run(["commit-graph", "write", "--reachable", "--split", "--no-progress"])
    }

    /// Makes one pack of all that the refs name, and another of the rest, without what nothing has referred to for
    /// ``expiry``.
    ///
    /// Whoever refers to such an object in that very moment loses it, so nobody relies on one: the writer writes every
    /// object of its commits anew, and a push brings what no ref of the repository names.
    package func clean() async throws {
        let options = ["-d", "-l", "--cruft", "--cruft-expiration=\(Self.expiry)", "--quiet"]
        try await run(Self.settings + ["repack"] + options)
        try await run(["prune", "--expire=\(Self.expiry)"])
        try await run(["commit-graph", "write", "--reachable", "--split=replace", "--no-progress"])
    }

    /// Makes the index of a pack anew, by which the objects in it are found.
    ///
    /// - Parameter pack: its path in the repository.
    func index(_ pack: String) async throws {
        try await run(Self.settings + ["index-pack", "\(repository)/\(pack)"])
    }

    /// One processor is for the server.
    private static let settings = ["-c", "repack.writeBitmaps=false", "-c", "pack.threads=1"]

    private func run(_ arguments: [String]) async throws {
        let outcome = try await git(arguments)
        guard outcome.ending.isSuccess else {
            let name = arguments.first { !$0.hasPrefix("-") && !$0.contains("=") } ?? ""
            let lines = outcome.ending.errors.split(separator: "\n").map(String.init)
            let reason = outcome.ending.isKilled ? ["it took too long or too much"] : lines
            throw Failure(command: name, output: reason)
        }
    }

    private func git(_ arguments: [String]) async throws -> GitCommand.Outcome {
        try await command.run(["--git-dir", repository] + arguments)
    }
}

extension GitProcessLimits {
    /// For looking after the server's own repository.
    package static let maximumForUpkeep = GitProcessLimits(
        maximumMemory: 4 << 30,
        maximumProcessorSeconds: 3_600,
        maximumFileSize: 16 << 30,
        maximumOpenFiles: 1_024,
        deadline: .seconds(3_600),
        niceness: 10
    )
}
