import Testing

@testable import Reconciler

@Suite("When git is shown what was acknowledged")
struct SealPaceTests {
    private static let start = ContinuousClock.now

    /// A row of writes, each of which takes a millisecond, with pauses before them.
    private static func pace(after pauses: [Duration]) -> (SealPace, end: ContinuousClock.Instant) {
        var (pace, now) = (SealPace(), start)
        for pause in pauses {
            now += pause
            pace.begin(at: now)
            now += .milliseconds(1)
            pace.end(at: now)
        }
        return (pace, now)
    }

    @Test("A write on its own is shown before it is answered, and so are the first of a row")
    func few() {
        #expect(!Self.pace(after: []).0.expectsMore)
        #expect(!Self.pace(after: [.zero]).0.expectsMore)
        let row = Array(repeating: SealPace.maximumPause, count: SealPace.minimumRow)
        #expect(!Self.pace(after: row).0.expectsMore)
        #expect(Self.pace(after: row + [SealPace.maximumPause]).0.expectsMore)
    }

    @Test("A pause ends the row")
    func pause() {
        let row = Array(repeating: Duration.zero, count: 3 * SealPace.minimumRow)
        #expect(Self.pace(after: row).0.expectsMore)
        let late = SealPace.maximumPause + .nanoseconds(1)
        #expect(!Self.pace(after: row + [late]).0.expectsMore)
        #expect(!Self.pace(after: row + [late] + Array(repeating: .zero, count: SealPace.minimumRow - 1)).0.expectsMore)
    }

    @Test("The next write of a row is waited for as long as it may take, and no longer")
    func remaining() {
        let (pace, end) = Self.pace(after: [.zero])
        #expect(pace.remaining(at: end) == SealPace.maximumPause)
        #expect(pace.remaining(at: end + .milliseconds(1)) == SealPace.maximumPause - .milliseconds(1))
        #expect(pace.remaining(at: end + .seconds(1)) == .zero)
        #expect(SealPace().remaining(at: end) == .zero)
    }
}
