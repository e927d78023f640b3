import Testing

@testable import API

@Suite("The header Prefer")
struct PreferenceTests {
    @Test(
        "says how long to wait, by RFC 7240; what is no preference is ignored",
        arguments: [
            ("wait=10", 10), ("WAIT = 10", 10), ("respond-async, wait=5", 5), ("wait=\"7\"", 7),
            ("wait=1;x=2, wait=9", 1),
            ("a=\"x, wait=3\", wait=4", 4), ("a=\"\\\", wait=3\", wait=4", 4), ("wait=0", 0),
            ("wait=99999999999999999999", .max), (", ,wait=2", 2),
        ] as [(String, Int)]
    )
    func wait(_ header: String, _ seconds: Int) { #expect(Preference.wait(header) == seconds) }

    @Test(
        "does not ask to wait when it names no number of seconds",
        arguments: [
            "", "wait", "wait=", "wait=-1", "wait=1.5", "wait=x", "waiting=3", "x;wait=3", "\"wait=3\"", "wait=\"3",
        ]
    )
    func none(_ header: String) { #expect(Preference.wait(header) == nil) }
}
