import Logging
package import NIOCore

extension GitServer {
    /// Takes what git prints as it comes; the next is read when it has returned.
    package typealias Output = (ByteBuffer) async throws -> Void

    /// Writes the refs of the repository and what git can do (`info/refs`).
    ///
    /// - Throws: ``GitServiceError``, and what `write` throws; part of the answer may have been written by then.
    package func advertise(
        _ service: GitService,
        _ version: GitProtocolVersion?,
        to write: Output
    ) async throws {
        // receive-pack knows no version 2 and then speaks as if it had not been asked for.
        let version = service == .receivePack && version == .v2 ? nil : version
        if version != .v2 {
            var head = ByteBuffer()
            head.writePacketLine("# service=\(service.rawValue)\n")
            head.writeFlush()
            try await write(head)
        }
        let options = ["--stateless-rpc", "--advertise-refs"]
        try await stream(process(service, options, ["GIT_PROTOCOL": version?.rawValue]), ByteBuffer(), to: write)
    }

    /// Answers one request of a fetch.
    ///
    /// - Parameter request: the whole body, inflated.
    /// - Throws: as ``advertise(_:_:to:)``.
    package func fetch(_ request: ByteBuffer, _ version: GitProtocolVersion?, to write: Output) async throws {
        let process = process(.uploadPack, ["--strict", "--stateless-rpc"], ["GIT_PROTOCOL": version?.rawValue])
        try await stream(process, request, to: write)
    }

    /// Refuses a request whose lines are none before a process is started for it.
    ///
    /// - Throws: ``GitServiceError/Code/malformed``.
    package static func check(fetch request: ByteBuffer) throws(GitServiceError) {
        var rest = request
        while try PacketLine(from: &rest) != nil {}
        guard rest.readableBytes == 0 else { throw GitServiceError(.malformed, "The last pkt-line is cut off.") }
    }

    private func stream(_ process: GitProcess, _ input: ByteBuffer, to write: Output) async throws {
        let (size, ending) = try await process.run { git in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    if await git.take(input) { try await git.endInput() }
                }
                var size = 0
                try await git.forwardOutput { part in
                    size += part.readableBytes
                    try await write(part)
                }
                return size
            }
        }
        guard !ending.isKilled else { throw GitServiceError(.deadline, "git was ended: \(ending.errors)") }
        guard ending.isSuccess || size > 0 else { throw GitServiceError(.failed, "git failed: \(ending.errors)") }
        if !ending.isSuccess { logger.debug("git failed", metadata: ["error": "\(ending.errors)"]) }
    }
}
