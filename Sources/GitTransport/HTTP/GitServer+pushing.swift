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
        let (report, ending): (Report, GitProcess.Ending)
        do {
            (report, ending) = try await process.run { git in
                try await withThrowingTaskGroup(of: Report.self) { group in
                    group.addTask { try await self.report(of: git) }
                    try await Self.feed(commands.bytes, &input, to: git)
                    return try await group.next() ?? Report()
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
        let doubt = report.doubt(ending) ?? (isConfirmed ? nil : "the disk has not confirmed it")
        if let reason = doubt ?? contradiction(to: report, commands) {
            let metadata: Logger.Metadata = ["request.id": "\(holder.requestID)", "git": "\(ending.errors)"]
            logger.error("the outcome of a push is not known: \(reason)", metadata: metadata)
            return PushRefusal(unknown: reason, commands).report
        }
        return report.bytes
    }

    /// What git says of a push.
    private struct Report {
        var bytes = ByteBuffer()
        /// It said more than is kept.
        var isCut = false

        /// Why it does not say what came of the push; `nil` when it does.
        func doubt(_ ending: GitProcess.Ending) -> String? {
            if ending.isKilled { return "git was ended before it had reported" }
            if isCut { return "git said too much" }
            // A report ends with a flush packet (gitprotocol-pack(5)).
            let isWhole = bytes.readableBytesView.suffix(4).elementsEqual("0000".utf8)
            return ending.isSuccess || isWhole ? nil : "git failed before it had reported"
        }
    }

    /// What git says has failed and is there all the same: a file system over a network may report a failure of a rename that
    /// it has done (rename(2), "BUGS").
    private func contradiction(to report: Report, _ commands: PushCommands) -> String? {
        let text = String(decoding: report.bytes.readableBytesView, as: UTF8.self)
        let failed = commands.updates.filter { text.contains("ng \($0.ref) ") }
        guard !failed.isEmpty else { return nil }
        do throws(GitError) {
            let repository = try GitRepository(openingBareAt: repositoryPath)
            for update in failed where update.old != update.new {
                guard let ref = RefName(update.ref) else { continue }
                let target = try repository.target(of: ref).map { AnyObjectID(rebinding: $0) }
                if target == update.new { return "git reported that \(ref) was not changed, and it was" }
            }
            return nil
        } catch {
            return "git reported a failure, and where the refs are cannot be read"
        }
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

    private func report(of git: RunningGit) async throws -> Report {
        var report = Report()
        try await git.forwardOutput { part in
            report.isCut = report.isCut || report.bytes.readableBytes + part.readableBytes > reportLimit
            if !report.isCut { report.bytes.writeImmutableBuffer(part) }
        }
        return report
    }

    private static func drain(_ input: inout some GitInput & ~Copyable) async throws {
        while try await input.next() != nil {}
    }
}
