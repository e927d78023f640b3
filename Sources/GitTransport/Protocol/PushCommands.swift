import NIOCore
import StateRepo

/// What a push asks for: the part of its body that stands before options and pack (gitprotocol-pack(5)).
struct PushCommands {
    /// The most bytes of it.
    static let maximumSize = HookRunner.maximumInput
    /// The longest name of a ref that is taken for one, in bytes.
    static let maximumRefLength = 1_024

    /// What a client can do, as far as it matters here.
    struct Capabilities: Hashable {
        /// It reads a report; what does not is no git of these years.
        var readsReport = false
        /// The report comes in a channel of its own, beside messages for people.
        var usesSideBand = false

        init() {}

        init(_ text: Substring) {
            let names = text.split(separator: " ")
            readsReport = names.contains("report-status") || names.contains("report-status-v2")
            usesSideBand = names.contains("side-band-64k")
        }
    }

    private(set) var updates: [RefUpdate] = []
    private(set) var capabilities = Capabilities()
    /// The client's own history is cut off.
    private(set) var isShallow = false
    private(set) var isSigned = false
    /// There are more updates than ``updates`` has.
    private(set) var isTooLong = false
    /// All that was read, for git to read it again.
    private(set) var bytes = ByteBuffer()

    private init() {}

    /// Whether the body is a flush and nothing else: how clients find out whether they may push.
    var isProbe: Bool { updates.isEmpty && !isShallow && !isSigned }

    /// Reads up to the flush that ends the list, or as far as it takes to know that the push is refused.
    ///
    /// - Throws: ``GitServiceError/Code/malformed``, and what the input throws.
    static func read(from input: inout some GitInput & ~Copyable) async throws -> PushCommands {
        var commands = PushCommands()
        var pending = ByteBuffer()
        while true {
            while let line = try PacketLine(from: &pending) {
                guard case .data(let payload) = line else {
                    guard line == .flush else { throw malformed("The list of commands has a line of version 2.") }
                    return commands
                }
                try commands.take(payload)
                let size = commands.bytes.readableBytes - pending.readableBytes
                if size > maximumSize { commands.isTooLong = true }
                if commands.isTooLong || commands.isSigned { return commands }
            }
            guard let part = try await input.next() else {
                throw malformed("The list of commands has no end.")
            }
            commands.bytes.writeImmutableBuffer(part)
            pending.writeImmutableBuffer(part)
        }
    }

    private mutating func take(_ payload: ByteBuffer) throws(GitServiceError) {
        guard let text = String(validating: payload.readableBytesView, as: UTF8.self) else {
            throw Self.malformed("The names of refs must be UTF-8.")
        }
        let parts = text.split(separator: "\0", maxSplits: 1, omittingEmptySubsequences: false)
        let command = parts[0].utf8.last == UInt8(ascii: "\n") ? parts[0].dropLast() : parts[0]
        if updates.isEmpty, parts.count == 2 {
            capabilities = Capabilities(parts[1].filter { $0 != "\n" }[...])
        }
        if command.utf8.elementsEqual("push-cert".utf8) {
            isSigned = true
        } else if command.utf8.starts(with: "shallow ".utf8) {
            isShallow = true
        } else if updates.count == PushProposal.maximumUpdates {
            isTooLong = true
        } else {
            updates.append(try Self.update(command))
        }
    }

    /// `old new ref`; zeros mean that there is none.
    private static func update(_ command: Substring) throws(GitServiceError) -> RefUpdate {
        let parts = command.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let old = AnyObjectID(parts[0]), let new = AnyObjectID(parts[1]),
            (1...maximumRefLength).contains(parts[2].utf8.count),
            parts[2].unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw malformed("A command is none: it has two object ids and the name of a ref.") }
        return RefUpdate(ref: String(parts[2]), old: old == .zero ? nil : old, new: new == .zero ? nil : new)
    }

    private static func malformed(_ message: String) -> GitServiceError { GitServiceError(.malformed, message) }
}
