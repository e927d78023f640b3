import Telemetry
import Testing

@Suite("The headers of W3C Trace Context")
struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"
    private static let usual = "00-\(trace)-\(span)-01"

    @Test(
        "name a trace, a span and whether the caller records",
        arguments: [
            (usual, true), ("00-\(trace)-\(span)-00", false), ("00-\(trace)-\(span)-03", true),
            ("00-\(trace)-\(span)-fe", false), ("01-\(trace)-\(span)-01", true), ("fe-\(trace)-\(span)-01-more", true),
            ("cc-\(trace)-\(span)-01-" + String(repeating: "x", count: TraceParent.maximumLength - 56), true),
        ]
    )
    func parent(_ text: String, isSampled: Bool) throws {
        let parent = try #require(TraceParent(text))
        #expect(parent.traceID.description == Self.trace)
        #expect(parent.spanID.description == Self.span)
        #expect(parent.isSampled == isSampled)
    }

    static let wrongParents = [
        "", "00", usual + "-more", usual + "x", usual + "-", " " + usual, usual + " ", "\(usual), \(usual)",
        "ff-\(trace)-\(span)-01", "0-\(trace)-\(span)-01", "0g-\(trace)-\(span)-01", "FE-\(trace)-\(span)-01",
        "01-\(trace)-\(span)-01more", "01-\(trace)-\(span)-01, 01",
        "00-\(String(repeating: "0", count: 32))-\(span)-01", "00-\(trace)-0000000000000000-01",
        "00-\(trace.uppercased())-\(span)-01", "00-\(trace)-\(span.uppercased())-01", "00-\(trace)-\(span)-0A",
        "00-\(trace.dropLast())-\(span)-01", "00-\(trace)0-\(span)-01", "00-\(trace)-\(span.dropLast())-01x",
        "00-\(trace.dropLast())é-\(span)-01", "00-\(trace.dropLast())--\(span)-01", "00_\(trace)-\(span)-01",
        "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01", "00-\(trace)-\(span)-1 ", "00-\(trace)-\(span)-+1",
        "cc-\(trace)-\(span)-01-" + String(repeating: "x", count: TraceParent.maximumLength - 55),
    ]

    @Test("are ignored when they are not as they should be", arguments: wrongParents)
    func wrongParent(_ text: String) { #expect(TraceParent(text) == nil) }

    static let states = [
        "a=1", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "a=1 , b=2", "a=1,,b=2", "1a-_*/@b=x",
        "a= ~!\"#$%&'()*+-./:;<>?@",
        "a=" + String(repeating: "x", count: 256), String(repeating: "k", count: 256) + "=1",
        (0..<TraceState.maximumEntries).map { "k\($0)=1" }.joined(separator: ","),
        "a=\(String(repeating: "x", count: 251)),b=\(String(repeating: "x", count: 256))",
    ]

    @Test("keep what other systems have noted", arguments: states)
    func state(_ text: String) { #expect(TraceState(text)?.text == text) }

    static let wrongStates = [
        "", ",", "a", "=1", "a=", "A=1", "a=1,a=2", "a=1=2", "a b=1", "a@=1", "@a=1", "a@b@c=1", "_a=1", "a=\u{7F}",
        "a=é", "a=1;b=2,c",
        "a=" + String(repeating: "x", count: 257), String(repeating: "k", count: 257) + "=1",
        (0...TraceState.maximumEntries).map { "k\($0)=1" }.joined(separator: ","),
        "a=\(String(repeating: "x", count: 252)),b=\(String(repeating: "x", count: 256))",
    ]

    @Test("keep nothing of a list with anything else in it", arguments: wrongStates)
    func wrongState(_ text: String) { #expect(TraceState(text) == nil) }
}
