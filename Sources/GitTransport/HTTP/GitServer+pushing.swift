import Logging
package import NIOCore
import StateRepo

extension GitServer {
    /// Takes a push and returns git's report of it, which is to be sent whatever it says.
    ///
    /// The commands are read first: what they show to be refused starts no process. Git's report is returned only when what
    /// it says is on disk, and served; where that is not certain, the report says that the outcome is not known.
    ///
    /// - Parameter isAllowed: whether the credential of the push has not ended, asked before anything may move.
    /// - Throws: ``GitServiceError``, and what the input throws; then the process is gone, with everything that it started.
    package func push(
        _ input: inout some GitInput & ~Copyable,
        _ version: GitProtocolVersion?,
        by holder: PushTickets.Holder,
        while isAllowed: @escaping @Sendable () -> Bool = { true }
    ) async throws -> ByteBuffer {
        let commands = try await PushCommands.read(from: &input)
        if commands.isProbe {
            try await Self.drain(&input)
            return ByteBuffer()
        }
        guard commands.capabilities.readsReport || commands.isSigned else {
            throw GitServiceError(.malformed, "A push must ask for a report: the capability report-status is missing.")
        }
        if let refusal = PushRefusal(commands) {
            try await Self.drain(&input)
            await pushes.refused(holder)
            return refusal.report
        }
        let slot = try await slot(for: .receivePack)
        defer { withExtendedLifetime(slot) {} }
        guard let ticket = pushes.tickets.issue(to: holder, while: isAllowed) else {
            throw GitServiceError(.busy, "Too many pushes are being taken; try again in a few seconds.")
        }
        defer {
            pushes.tickets.revoke(ticket)
            tidy()
        }
        return try await receive(commands, &input, version, by: holder, ticket)
    }

    private func receive(
        _ commands: PushCommands,
        _ input: inout some GitInput & ~Copyable,
        _ version: GitProtocolVersion?,
        by holder: PushTickets.Holder,
        _ ticket: String
    ) async throws -> ByteBuffer {
        let version = version == .v2 ? nil : version
        let variables = ["GIT_PROTOCOL": version?.rawValue, PushTickets.variable: ticket]
        let process = process(.receivePack, ["--stateless-rpc"], variables)
        concurrent.begin(commands.updates)
        defer { concurrent.end(commands.updates) }
        let before = await targets(of: commands.updates)
        let (report, ending): (PushReport, GitProcess.Ending)
        do {
            (report, ending) = try await process.run { git in
                try await withThrowingTaskGroup(of: PushReport.self) { group in
                    group.addTask { try await self.report(of: git) }
                    try await Self.feed(commands.bytes, &input, to: git)
                    return try await group.next() ?? PushReport()
                }
            }
        } catch {
            noteCutOff()
            throw error
        }
        if ending.isKilled { noteCutOff() }
        // Whatever the report says, and also when there is none: refs may have moved.
        let isConfirmed = await flush(commands.updates, of: holder)
        await reconcile(holder)
        var unknown = report.doubt(ending) ?? (isConfirmed ? nil : "the disk has not confirmed it")
        if unknown == nil { unknown = await contradiction(to: report, commands, before: before) }
        if let reason = unknown {
            let metadata: Logger.Metadata = ["request.id": "\(holder.requestID)", "git": "\(ending.errors)"]
            logger.error("the outcome of a push is not known: \(reason)", metadata: metadata)
            return PushRefusal(unknown: reason, commands).report
        }
        return report.bytes
    }

    /// What git says has failed and is there all the same: a file system over a network may report a failure of a rename that
    /// it has done (rename(2), "BUGS").
    ///
    /// - Parameter before: where the refs were when the push began; `nil` when they could not be read.
    private func contradiction(
        to report: PushReport,
        _ commands: PushCommands,
        before: [RefName: AnyObjectID]?
    ) async -> String? {
        let refs = report.failedRefs(usesSideBand: commands.capabilities.usesSideBand)
        let failed = commands.updates.filter { refs.contains($0.ref) }
        guard !failed.isEmpty else { return nil }
        guard let before, let after = await targets(of: failed) else {
            return "git reported a failure, and where the refs are cannot be read"
        }
        for update in failed {
            guard let ref = RefName(update.ref), before[ref] != update.new, after[ref] == update.new,
                !concurrent.isShared(update)
            else { continue }
            return "git reported that \(ref) was not changed, and it was"
        }
        return nil
    }

    /// The push is done: when it cannot be served now, the next pass of the reconciler serves it.
    private func reconcile(_ holder: PushTickets.Holder) async {
        do {
            try await pushes.ended(holder)
        } catch {
            logger.error(
                "push not reconciled",
                metadata: ["request.id": "\(holder.requestID)", "error": "\(error)"]
            )
        }
    }

    /// Gives all of the body to git.
    ///
    /// One that has ended, because it refuses, does not keep the client from sending the rest
    /// and reading why.
    private static func feed(
        _ start: ByteBuffer,
        _ input: inout some GitInput & ~Copyable,
        to git: RunningGit
    ) async throws {
        var isReading = await git.take(start)
        while let part = try await input.next() {
            if isReading { isReading = await git.take(part) }
        }
        try await git.endInput()
    }

    private func report(of git: RunningGit) async throws -> PushReport {
        var report = PushReport()
        try await git.forwardOutput { report.append($0, limit: reportLimit) }
        return report
    }

    private static func drain(_ input: inout some GitInput & ~Copyable) async throws {
        while try await input.next() != nil {}
    }
}
