import NIOCore
import StateRepo
import Testing

@testable import GitTransport

/// A body that comes in these parts.
struct PartsInput: GitInput {
    var parts: [ByteBuffer]

    init(_ parts: [ByteBuffer]) { self.parts = parts }

    mutating func next() async throws -> ByteBuffer? { parts.isEmpty ? nil : parts.removeFirst() }
}

@Suite("The commands of a push")
struct PushCommandsTests {
    static let id = String(repeating: "a", count: 40)
    static let zero = String(repeating: "0", count: 40)

    private func body(_ lines: [String], end: String = "0000") -> ByteBuffer {
        var buffer = ByteBuffer()
        for line in lines { buffer.writePacketLine(line) }
        buffer.writeString(end)
        return buffer
    }

    private func read(_ lines: [String], end: String = "0000") async throws -> PushCommands {
        var input = PartsInput([body(lines, end: end)])
        return try await PushCommands.read(from: &input)
    }

    private func refuses(_ lines: [String], end: String = "0000") async -> GitServiceError.Code? {
        do {
            _ = try await read(lines, end: end)
            return nil
        } catch {
            return (error as? GitServiceError)?.code
        }
    }

    @Test("are read with what the client can do, and kept for git, however they are cut")
    func parts() async throws {
        let whole = body(
            [
                "\(Self.zero) \(Self.id) refs/heads/a\0 report-status side-band-64k\n",
                "\(Self.id) \(Self.zero) refs/tags/b",
            ],
            end: "0000PACK"
        )
        for size in [1, 7, whole.readableBytes] {
            var rest = whole
            var parts: [ByteBuffer] = []
            while let part = rest.readSlice(length: min(size, rest.readableBytes)), part.readableBytes > 0 {
                parts.append(part)
            }
            var input = PartsInput(parts)
            let commands = try await PushCommands.read(from: &input)
            let object = try #require(AnyObjectID(Self.id))
            let expected = [
                RefUpdate(ref: "refs/heads/a", old: nil, new: object),
                RefUpdate(ref: "refs/tags/b", old: object, new: nil),
            ]
            #expect(commands.updates == expected)
            #expect(commands.capabilities.readsReport)
            #expect(commands.capabilities.usesSideBand)
            var seen = commands.bytes
            while let part = try await input.next() { seen.writeImmutableBuffer(part) }
            #expect(seen == whole)
        }
    }

    @Test("are none in a probe")
    func probe() async throws {
        #expect(try await read([]).isProbe)
        #expect(try await !read(["\(Self.zero) \(Self.id) refs/heads/a"]).isProbe)
    }

    @Test("are as many as the limit says, and no more", arguments: [0, 1])
    func count(excess: Int) async throws {
        let lines = (0..<(PushProposal.maximumUpdates + excess)).map { "\(Self.zero) \(Self.id) refs/heads/b\($0)" }
        let commands = try await read(lines)
        #expect(commands.updates.count == PushProposal.maximumUpdates)
        #expect((PushRefusal(commands) != nil) == (excess == 1))
    }

    @Test("are of bounded size, whatever they are", arguments: [0, 1])
    func size(excess: Int) async throws {
        let shallow = "shallow \(Self.id)"
        let lines = [String](repeating: shallow, count: PushCommands.maximumSize / (shallow.utf8.count + 4) + excess)
        #expect(try await read(lines).isTooLong == (excess == 1))
    }

    @Test("name refs up to the limit", arguments: [0, 1])
    func refLength(excess: Int) async {
        let ref = String(repeating: "r", count: PushCommands.maximumRefLength + excess)
        #expect(await refuses(["\(Self.zero) \(Self.id) \(ref)"]) == (excess == 0 ? nil : .malformed))
    }

    @Test(
        "are refused when they are none",
        arguments: [
            "", "x", "\(zero) \(id)", "\(zero) \(id) ", "\(zero) \(id.dropLast()) refs/heads/a",
            "\(zero) \(id) refs/a\nb",
            "\(zero) \(id) refs/heads/\u{1}",
        ]
    )
    func malformed(line: String) async {
        #expect(await refuses([line]) == .malformed)
    }

    @Test("are refused without their end, and with a line of another version", arguments: ["", "00", "0001", "0002"])
    func end(text: String) async {
        #expect(await refuses(["\(Self.zero) \(Self.id) refs/heads/a"], end: text) == .malformed)
    }
}

@Suite("A push that its commands show to be refused")
struct PushRefusalTests {
    private let id = PushCommandsTests.id
    private let zero = PushCommandsTests.zero

    private func report(_ lines: [String]) async throws -> String? {
        var buffer = ByteBuffer()
        for line in lines { buffer.writePacketLine(line) }
        buffer.writeFlush()
        var input = PartsInput([buffer])
        return PushRefusal(try await PushCommands.read(from: &input)).map { String(buffer: $0.report) }
    }

    @Test("is reported for each ref, also for those that have to wait for the others")
    func refs() async throws {
        let report = try await report([
            "\(zero) \(id) refs/heads/a\0report-status", "\(zero) \(id) refs/meta/b", "\(id) \(zero) refs/heads/main",
        ])
        #expect(
            report == "000eunpack ok\n" + "0036ng refs/heads/a refused together with another ref\n"
                + "0038ng refs/meta/b only branches and tags can be pushed\n"
                + "0033ng refs/heads/main the state cannot be deleted\n" + "0000"
        )
    }

    @Test("says it in the side band too, where there is one")
    func sideBand() async throws {
        let report = try await report(["\(zero) \(id) refs/notes/x\0report-status side-band-64k"])
        #expect(report?.contains("\u{2}refs/notes/x: only branches and tags can be pushed") == true)
        #expect(report?.contains("\u{1}000eunpack ok\n") == true)
        #expect(report?.hasSuffix("00000000") == true)
    }

    @Test(
        "is one for the server's own refs, for what is no ref, for shallow and for signed pushes",
        arguments: [
            "0 a refs/gitplane/releases", "0 a refs/notes/gitplane", "0 a HEAD", "0 a refs/heads/-x",
            "0 a refs/heads/..",
            "0 a refs/headsx", "a 0 refs/heads/main", "shallow a", "push-cert",
        ]
    )
    func refused(line: String) async throws {
        let text = line.split(separator: " ").map { $0 == "0" ? zero : $0 == "a" ? id : String($0) }
        #expect(try await report([text.joined(separator: " ")]) != nil)
    }

    @Test(
        "is none that deletes a branch or moves a tag",
        arguments: ["a 0 refs/heads/b", "a a refs/tags/v", "0 a refs/heads/main"]
    )
    func allowed(line: String) async throws {
        let text = line.split(separator: " ").map { $0 == "0" ? zero : $0 == "a" ? id : String($0) }
        #expect(try await report([text.joined(separator: " ")]) == nil)
    }
}
