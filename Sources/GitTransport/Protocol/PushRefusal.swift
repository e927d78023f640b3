import NIOCore
import StateRepo

/// Why a push is refused before anything of it is unpacked, or what is not known of one, as git's report says it.
struct PushRefusal: Hashable {
    /// One update that is refused for its own sake.
    struct Finding: Hashable {
        let ref: String
        let code: String
        let reason: String
        let hint: String?
    }

    /// Why nothing was unpacked; `nil` when single updates are the reason.
    private let unpacking: String?
    private let findings: [Finding]
    /// What is said of each ref when nobody knows what came of it.
    private let uncertainty: String?
    private let refs: [String]
    private let capabilities: PushCommands.Capabilities

    /// A push that git has begun, and of which nobody knows whether it is there, or stays there.
    ///
    /// - Parameter reason: why not.
    init(unknown reason: String, _ commands: PushCommands) {
        refs = commands.updates.map(\.ref)
        capabilities = commands.capabilities
        (unpacking, findings) = (nil, [])
        uncertainty = "\(StateError.Code.outcomeUnknown.rawValue): \(reason); fetch before you push again"
    }

    /// `nil` when nothing speaks against the push as far as its commands show.
    init?(_ commands: PushCommands) {
        refs = commands.updates.map(\.ref)
        capabilities = commands.capabilities
        uncertainty = nil
        unpacking = Self.reason(commands)
        findings = unpacking == nil ? commands.updates.compactMap(Self.finding) : []
        if unpacking == nil, findings.isEmpty { return nil }
    }

    private static func reason(_ commands: PushCommands) -> String? {
        if commands.isSigned { return "signed pushes are not taken" }
        if commands.isShallow {
            return "a push from a shallow clone is not taken: git fetch --unshallow, then push again"
        }
        if commands.isTooLong { return "a push may update at most \(PushProposal.maximumUpdates) refs" }
        return nil
    }

    private static func finding(_ update: RefUpdate) -> Finding? {
        let folders = ["refs/heads/", "refs/tags/"]
        guard RefName(update.ref) != nil, folders.contains(where: { update.ref.utf8.starts(with: $0.utf8) }) else {
            let hint = "push to refs/heads/<name> or refs/tags/<name>"
            return Finding(
                ref: update.ref,
                code: "push.ref",
                reason: "only branches and tags can be pushed",
                hint: hint
            )
        }
        guard update.new != nil || !update.ref.utf8.elementsEqual(RefName.main.description.utf8) else {
            return Finding(ref: update.ref, code: "push.main_deleted", reason: "the state cannot be deleted", hint: nil)
        }
        return nil
    }

    /// The answer that a client prints as `! [remote rejected] ref (reason)`, with the lines of the gate where there is a
    /// channel for them.
    var report: ByteBuffer {
        var report = ByteBuffer()
        report.writePacketLine("unpack \(unpacking ?? "ok")\n")
        for ref in refs { report.writePacketLine("ng \(ref) \(reason(for: ref))\n") }
        report.writeFlush()
        guard capabilities.usesSideBand else { return report }
        var answer = ByteBuffer()
        for line in lines { answer.writePacketLine([2] + Array("\(line)\n".utf8)) }
        while let part = report.readSlice(length: min(report.readableBytes, PacketLine.payloadLength - 1)),
            part.readableBytes > 0
        {
            answer.writePacketLine([1] + Array(part.readableBytesView))
        }
        answer.writeFlush()
        return answer
    }

    private func reason(for ref: String) -> String {
        if let text = unpacking ?? uncertainty { return text }
        return findings.first { $0.ref.utf8.elementsEqual(ref.utf8) }?.reason ?? "refused together with another ref"
    }

    /// What the gate would print.
    private var lines: [String] {
        guard uncertainty == nil else { return [] }
        var findings = findings.map { finding in
            Diagnostic(.error, finding.code, file: finding.ref, finding.reason, hint: finding.hint)
        }
        if let unpacking { findings = [Diagnostic(.error, "push.refused", file: "push", unpacking)] }
        let verdict = PushVerdict(
            decision: .refused,
            findings: findings.map { PushFinding(diagnostic: $0, commit: nil, isBlocking: true) }
        )
        return verdict.lines
    }
}
