import Foundation

/// Servers whose clock is wrong, or that can open few more files.
extension FaultRun {
    /// By how many seconds the server's clock may be beside what it was put to: its dates are made once in a second.
    private static let maximumDrift: TimeInterval = 60

    /// Works, and starts anew, with a clock that is wrong; the next round has it right again.
    ///
    /// It counts as met when the server's own answers have the wrong time.
    func roundOfClock(wrongBy seconds: Int64) throws {
        place = "a clock that is wrong by \(seconds) s"
        try work()
        points.setClock(wrongBy: seconds)
        isClockWrong = true
        rounds += 1
        try work()
        try crash()
        try start()
        let error = try clockError() ?? 0
        met += abs(error - Double(seconds)) < Self.maximumDrift ? 1 : 0
        try workAndCheck()
        points.setClock(wrongBy: 0)
        try workAndCheck()
        isClockWrong = false
        try history.checkOrder(server)
        history.expectNoProblems(place)
    }

    /// By how many seconds the clock of the server is before ours, as an answer says.
    private func clockError() throws -> TimeInterval? {
        let answer = try server.client.api("GET", "agents?limit=1")
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return answer.headers["date"].flatMap { formatter.date(from: $0) }?.timeIntervalSinceNow
    }

    /// Looks at a server that has not been started anew, once `main` has all that was written.
    private func workAndCheck() throws {
        try work()
        if try !server.client.api("POST", "state/reconcile").isSuccess { history.complain("nothing can be reconciled") }
        try check()
    }

    /// Works while only so many descriptors can be opened more, and goes on when there are enough again.
    ///
    /// It counts as met when the server could not do something that it was asked for; a push ends in many ways then.
    func roundOfDescriptors(spare: Int) throws {
        place = "\(spare) descriptors"
        rounds += 1
        let before = history.failures + history.refusedOrCutPushes
        try server.withDescriptors(spare: spare) { try work() }
        met += history.failures + history.refusedOrCutPushes > before ? 1 : 0
        try goOn("\(spare) descriptors")
        try crash()
        try start()
        try check()
    }
}
