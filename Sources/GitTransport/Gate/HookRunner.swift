import Glibc
package import StateRepo

/// What `gitplane hook pre-receive` does: tell the server about a push, print its answer, and refuse when there is none.
package struct HookRunner: Sendable {
    /// What git tells a hook, in bytes.
    package static let maximumInput = 256 << 10

    /// What a pusher reads when the server cannot be asked.
    package static let notRunning = "gitplane is not running for this repository: start it and push again"

    private let client: GateClient
    private let environment: [String: String]

    package init(client: GateClient, environment: [String: String]) {
        self.client = client
        self.environment = environment
    }

    /// How the hook ends.
    package struct Outcome: Hashable, Sendable {
        /// 0 lets git go on; anything else refuses the push.
        package let status: Int32
        /// For standard error.
        package let lines: [String]
    }

    /// Reads what git writes to the hook's standard input, and decides.
    package func run(standardInput descriptor: Int32 = STDIN_FILENO) async -> Outcome {
        do {
            let push = try proposal(Self.read(descriptor))
            let answer = try await client.ask(push, ticket: environment[PushTickets.variable])
            return Outcome(status: answer.isAccepted ? 0 : 1, lines: answer.lines)
        } catch {
            return Outcome(status: 1, lines: [Self.line(for: error)])
        }
    }

    private static func line(for error: GateError) -> String {
        switch error.code {
        case .notRunning: notRunning
        case .timeout: "gitplane did not answer in time: push again"
        case .malformed, .foreignUser, .environment, .ticket, .socketPath:
            "gitplane could not be asked: \(error.message)"
        }
    }

    /// The push that standard input and environment describe (githooks(5)).
    package func proposal(_ input: [UInt8]) throws(GateError) -> PushProposal {
        guard environment["GIT_DIR"] != nil else {
            throw GateError(.environment, "this is a hook of git and not to be called by hand")
        }
        guard let text = String(validating: input, as: UTF8.self) else {
            throw GateError(.environment, "the names of refs must be UTF-8")
        }
        var updates: [RefUpdate] = []
        for line in text.split(separator: "\n") {
            guard updates.count < PushProposal.maximumUpdates else {
                throw GateError(.environment, "a push may update at most \(PushProposal.maximumUpdates) refs")
            }
            updates.append(try Self.update(line))
        }
        guard !updates.isEmpty else { throw GateError(.environment, "git named no refs") }
        let quarantine = environment["GIT_QUARANTINE_PATH"]
        guard quarantine != nil || updates.allSatisfy({ $0.new == nil }) else {
            throw GateError(.environment, "git did not say where the pushed objects are")
        }
        return PushProposal(updates: updates, options: try options(), quarantine: quarantine)
    }

    /// `old new ref`; zeros mean that there is none.
    private static func update(_ line: Substring) throws(GateError) -> RefUpdate {
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let old = AnyObjectID(parts[0]), let new = AnyObjectID(parts[1]) else {
            throw GateError(.environment, "git's description of the push cannot be read")
        }
        return RefUpdate(ref: String(parts[2]), old: old == .zero ? nil : old, new: new == .zero ? nil : new)
    }

    private func options() throws(GateError) -> [String] {
        guard let text = environment["GIT_PUSH_OPTION_COUNT"] else { return [] }
        guard let count = Int(text), (0...PushProposal.maximumOptions).contains(count) else {
            throw GateError(.environment, "a push may have at most \(PushProposal.maximumOptions) options")
        }
        var options: [String] = []
        for index in 0..<count {
            guard let option = environment["GIT_PUSH_OPTION_\(index)"],
                option.utf8.count <= PushProposal.maximumOptionLength
            else { throw GateError(.environment, "push option \(index + 1) is missing or too long") }
            options.append(option)
        }
        return options
    }

    private static func read(_ descriptor: Int32) throws(GateError) -> [UInt8] {
        var input: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return input }
            if count < 0 {
                guard errno == EINTR else { throw GateError(.environment, "standard input cannot be read") }
                continue
            }
            input += buffer[..<count]
            guard input.count <= maximumInput else { throw GateError(.environment, "the push updates too many refs") }
        }
    }
}
