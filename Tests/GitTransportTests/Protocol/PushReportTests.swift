import NIOCore
import Testing

@testable import GitTransport

@Suite("git's report of a push")
struct PushReportTests {
    private static func report(_ text: String) -> PushReport {
        var report = PushReport()
        report.append(ByteBuffer(string: text), limit: 1 << 20)
        return report
    }

    private static let status = "000eunpack ok\n0014ok refs/heads/a\n0020ng refs/heads/main was late\n0000"

    @Test("names the refs that were not changed")
    func plain() {
        #expect(Self.report(Self.status).failedRefs(usesSideBand: false) == ["refs/heads/main"])
        #expect(Self.report("000eunpack ok\n0014ok refs/heads/a\n0000").failedRefs(usesSideBand: false) == [])
    }

    @Test(
        "does so wherever the bands were cut, and whatever git tells people in between",
        arguments: 1..<Self.status.utf8.count
    )
    func bands(place: Int) {
        var bytes = ByteBuffer()
        bytes.writePacketLine([1] + Array(Self.status.utf8.prefix(place)))
        bytes.writePacketLine([2] + Array("001fng refs/heads/other was it\n".utf8))
        bytes.writePacketLine([1] + Array(Self.status.utf8.dropFirst(place)))
        bytes.writeFlush()
        var report = PushReport()
        report.append(bytes, limit: 1 << 20)
        #expect(report.failedRefs(usesSideBand: true) == ["refs/heads/main"])
    }

    @Test("that is none names nothing", arguments: ["", "zzzz", "0021ng refs", "0007ng\n0000"])
    func garbage(text: String) {
        #expect(Self.report(text).failedRefs(usesSideBand: false) == [])
    }

    @Test(
        "is doubted when git was ended, said too much, or failed before it had come to its end",
        arguments: [
            (true, true, status, true), (false, false, status, false), (false, true, String(status.dropLast(4)), false),
            (true, false, String(status.dropLast(4)), true), (false, true, status, false), (false, false, "", true),
        ]
    )
    func doubt(isKilled: Bool, isSuccess: Bool, text: String, isDoubted: Bool) {
        // With 1 git has refused something, and says so.
        let ending = GitProcess.Ending(isSuccess: isSuccess, isKilled: isKilled, errors: "")
        #expect((Self.report(text).doubt(ending) != nil) == isDoubted)
        var long = PushReport()
        long.append(ByteBuffer(string: text + " "), limit: text.utf8.count)
        #expect(long.doubt(.init(isSuccess: true, isKilled: false, errors: "")) != nil)
    }

    @Test("is not kept beyond its limit")
    func limit() {
        var report = PushReport()
        report.append(ByteBuffer(string: "0000"), limit: 6)
        #expect(!report.isCut)
        report.append(ByteBuffer(string: "0000"), limit: 6)
        #expect(report.isCut)
        #expect(report.bytes.readableBytes == 4)
    }
}
