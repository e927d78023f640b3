import Foundation
import GitTransport
import NIOCore
import StateRepo
import Synchronization
import TestSupport
import Testing

@Suite("A hostile push over HTTP", .serialized, .timeLimit(.minutes(15)))
struct GitPushLimitTests {
    private static let command =
        "\(String(repeating: "0", count: 40)) \(String(repeating: "a", count: 40)) refs/heads/bomb\0report-status"

    /// A pack of nothing: its head, and the checksum of that.
    private static let emptyPack: [UInt8] =
        Array("PACK".utf8) + [0, 0, 0, 2, 0, 0, 0, 0] + [
            0x02, 0x9D, 0x08, 0x82, 0x3B, 0xD8, 0xA8, 0xEA, 0xB5, 0x10, 0xAD, 0x6A, 0xC7, 0x5C, 0x82, 0x3C, 0xFD, 0x3E,
            0xD3, 0x1E,
        ]

    /// The head of a push with a body of `length` bytes, or a chunked one.
    private static func head(length: Int?, token: String = HTTPScenario.token) -> String {
        "POST /git/state.git/git-receive-pack HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Authorization: Bearer \(token)\r\nContent-Type: application/x-git-receive-pack-request\r\n"
            + (length.map { "Content-Length: \($0)\r\n\r\n" } ?? "Transfer-Encoding: chunked\r\n\r\n")
    }

    private static func line(_ text: String) -> String {
        let digits = String(text.utf8.count + 4, radix: 16)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits + text
    }

    private static func send(_ body: [UInt8], to scenario: HTTPScenario) async throws -> String {
        try await RawConnection.exchange(port: scenario.port) { outbound in
            try await outbound.write(ByteBuffer(string: head(length: body.count)))
            try await outbound.write(ByteBuffer(bytes: body))
        }
    }

    /// A push of the head of `main` to a new branch: allowed, whatever the pack holds beside.
    private static func proposal(_ pack: [UInt8], in scenario: HTTPScenario) throws -> [UInt8] {
        let main = try scenario.gate.fixture.git.run("rev-parse", "main")
        let zero = String(repeating: "0", count: 40)
        return Array((line("\(zero) \(main) refs/heads/proposal\0report-status") + "0000").utf8) + pack
    }

    /// Every ref, how many objects there are, and what pushes have left among them.
    private static func inventory(_ scenario: HTTPScenario) throws -> [String] {
        let git = scenario.gate.fixture.git
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(git.directory)/objects")
        return try [git.run("for-each-ref"), git.run("count-objects", "-v")] + names.filter { $0.hasPrefix("tmp_") }
    }

    private static func expectRefusal(of pack: [UInt8], by scenario: HTTPScenario) async throws {
        let before = try inventory(scenario)
        let answer = try await send(proposal(pack, in: scenario), to: scenario)
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.contains("unpack index-pack abnormal exit\n"), "\(answer)")
        #expect(answer.contains("ng refs/heads/proposal unpacker error\n"), "\(answer)")
        #expect(try inventory(scenario) == before)
    }

    @Test("of a few bytes that expand to gigabytes is refused, and leaves nothing")
    func deltaBomb() async throws {
        let pack = try #require(Data(base64Encoded: HostilePacks.largeDeltaBomb))
        #expect(pack.count < 256)
        try await withHTTPScenario { scenario in try await Self.expectRefusal(of: Array(pack), by: scenario) }
    }

    /// What git can need too much of to take a pack.
    enum Need: CaseIterable {
        case memory, processorTime, fileSize

        func pack() async throws -> [UInt8] {
            switch self {
            case .memory: return try Array(#require(Data(base64Encoded: HostilePacks.deltaBomb)))
            case .processorTime: return try Array(#require(Data(base64Encoded: HostilePacks.longWork)))
            case .fileSize:
                var random = SeededGenerator(seed: 1)
                let content = (0..<(1 << 13)).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) }
                return try await withTemporaryRepository { _, git in
                    let blob = try git.run("hash-object", "-w", "--stdin", input: content)
                    return try Array(git.output(["pack-objects", "--stdout", "-q"], input: Array("\(blob)\n".utf8)))
                }
            }
        }

        /// The limits that are enough for the pack, or just not.
        func limits(for pack: [UInt8], areEnough: Bool) -> GitProcessLimits {
            var limits = GitProcessLimits.maximumForPush
            switch self {
            case .memory: if !areEnough { limits.maximumMemory = 256 << 20 }
            case .processorTime: if !areEnough { limits.maximumProcessorSeconds = 1 }
            case .fileSize: limits.maximumFileSize = pack.count - (areEnough ? 0 : 1)
            }
            return limits
        }
    }

    @Test("that needs more than git may use is refused, says so, and leaves nothing", arguments: Need.allCases)
    func needs(_ need: Need) async throws {
        let pack = try await need.pack()
        var options = HTTPScenarioOptions()
        options.pushLimits = need.limits(for: pack, areEnough: true)
        try await withHTTPScenario(options) { scenario in
            let answer = try await Self.send(Self.proposal(pack, in: scenario), to: scenario)
            #expect(answer.contains("ok refs/heads/proposal\n"), "\(answer)")
            let git = scenario.gate.fixture.git
            #expect(try git.run("rev-parse", "refs/heads/proposal") == git.run("rev-parse", "main"))
        }
        options.pushLimits = need.limits(for: pack, areEnough: false)
        try await withHTTPScenario(options) { scenario in try await Self.expectRefusal(of: pack, by: scenario) }
    }

    @Test("that says it is too large is refused at once")
    func declaredSize() async throws {
        try await withHTTPScenario { scenario in
            let answer = try await RawConnection.exchange(
                port: scenario.port,
                Self.head(length: GitServer.maximumPush + 1)
            )
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("\"code\":\"request.too_large\""))
        }
    }

    @Test("is answered by its commands alone, whatever git would do: none is started")
    func noProcess() async throws {
        var options = HTTPScenarioOptions()
        options.programs = try GitPrograms(searching: "/usr/bin:/bin").replacingGit(with: "/nonexistent/git")
        try await withHTTPScenario(options) { scenario in
            let refused = Self.command.replacing("refs/heads/bomb", with: "refs/meta/bomb")
            let answer = try await Self.send(Array((Self.line(refused) + "0000PACK").utf8), to: scenario)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("ng refs/meta/bomb only branches and tags can be pushed"))
            let body = Self.line(Self.command) + "0000"
            let stranger = try await RawConnection.exchange(
                port: scenario.port,
                Self.head(length: body.utf8.count, token: "nobody") + body
            )
            #expect(stranger.hasPrefix("HTTP/1.1 401 "))
            // What would be taken shows that a process is needed then.
            let taken = try await Self.send(Array(body.utf8), to: scenario)
            #expect(taken.contains("storage.outcome_unknown: git failed before it had reported"))
        }
    }

    @Test("that takes longer than it may is ended with everything it started")
    func deadline() async throws {
        var options = HTTPScenarioOptions()
        options.pushLimits.deadline = .milliseconds(500)
        options.reviewing = { _ in try await untilCancelled() }
        try await withHTTPScenario(options) { scenario in
            let before = try Self.inventory(scenario)
            let answer = try await Self.send(Self.proposal(Self.emptyPack, in: scenario), to: scenario)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("ng refs/heads/proposal storage.outcome_unknown: git was ended before"))
            #expect(try Self.inventory(scenario) == before)
        }
    }

    @Test("has a report up to a length, and is of unknown outcome when git says more")
    func report() async throws {
        func push(_ options: HTTPScenarioOptions) async throws -> String {
            let answer = Answers()
            try await withHTTPScenario(options) { scenario in
                answer.add(try await Self.send(Self.proposal(Self.emptyPack, in: scenario), to: scenario))
            }
            return answer.last
        }
        var options = HTTPScenarioOptions()
        let usual = try await push(options)
        let length = try #require(usual.lowercased().split(separator: "content-length: ").last?.prefix { $0.isNumber })
        options.reportLimit = try #require(Int(length))
        #expect(try await push(options).hasPrefix("HTTP/1.1 200 "))
        options.reportLimit -= 1
        #expect(try await push(options).contains("storage.outcome_unknown: git said too much"))
    }

    private final class Answers: Sendable {
        private let all = Mutex<[String]>([])

        var last: String { all.withLock { $0.last ?? "" } }

        func add(_ answer: String) { all.withLock { $0.append(answer) } }
    }

    @Test("whose end cannot be flushed is served, and reported as one of which nobody knows the outcome")
    func unflushed() async throws {
        var options = HTTPScenarioOptions()
        options.reviewing = { repository in
            try FileManager.default.removeItem(atPath: "\(repository)/objects/pack")
            throw CocoaError(.featureUnsupported)
        }
        try await withHTTPScenario(options) { scenario in
            let copy = try await scenario.clone("copy")
            try copy.commit()
            let failure = await #expect(throws: Git.Failure.self) {
                try await scenario.run(copy.git, "push", "origin", "HEAD:refs/heads/proposal")
            }
            let expected = "HEAD -> proposal (storage.outcome_unknown: the disk has not confirmed it"
            #expect(failure?.standardError.contains(expected) == true, "\(failure?.standardError ?? "")")
            #expect(scenario.ended.holders.count == 1)
        }
    }

    @Test(
        "that git calls refused is one of which nobody knows the outcome when its ref is where it was to be, or gone",
        arguments: [
            ("origin/main:refs/heads/proposal", "origin/main:refs/heads/other"),
            (":refs/heads/gone", ":refs/heads/kept"),
        ]
    )
    func contradicted(done: String, refused: String) async throws {
        var options = HTTPScenarioOptions()
        options.reviewing = { repository in
            let git = Git(directory: repository)
            try git.run("update-ref", "refs/heads/proposal", "refs/heads/main")
            try git.run("update-ref", "-d", "refs/heads/gone")
            throw CocoaError(.featureUnsupported)
        }
        try await withHTTPScenario(options) { scenario in
            let copy = try await scenario.clone("copy")
            let unknown = "storage.outcome_unknown: git reported"
            for branch in ["gone", "kept"] {
                try scenario.gate.fixture.git.run("update-ref", "refs/heads/\(branch)", "refs/heads/main")
            }
            for (refspec, reason) in [(done, unknown), (refused, "pre-receive")] {
                let failure = await #expect(throws: Git.Failure.self) {
                    try await scenario.run(copy.git, "push", "origin", refspec)
                }
                #expect(failure?.standardError.contains(reason) == true, "\(failure?.standardError ?? "")")
            }
        }
    }

    @Test("has to wait, and is sent away, when too many are there")
    func busy() async throws {
        let slots = GitSlots(running: 1, waiting: 0)
        var options = HTTPScenarioOptions()
        options.fetchSlots = slots
        try await withHTTPScenario(options) { scenario in
            let held = try await slots.take()
            let answer = try await RawConnection.exchange(
                port: scenario.port,
                "GET /git/state.git/info/refs?service=git-upload-pack HTTP/1.1\r\nHost: localhost\r\n"
                    + "Authorization: Bearer \(HTTPScenario.token)\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
            #expect(answer.contains("\"code\":\"state.unavailable\""))
            #expect(answer.lowercased().contains("\r\nretry-after: "))
            withExtendedLifetime(held) {}
        }
    }
}
