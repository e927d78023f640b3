import Documents
import Foundation
import TestSupport

/// Servers whose upkeep meets a fault.
extension FaultRun {
    /// More loose objects than may stay.
    private static let scattered = 2_100

    /// How many operations there are until upkeep has packed what has become many.
    func measureUpkeep() throws -> Int {
        try startUpkeep()
        let before = points.operations
        try waitForUpkeep()
        return points.operations - before
    }

    /// Lets the server meet a fault while its upkeep is at work, beside writes, and looks at what the next one says.
    func roundOfUpkeep(_ point: Failpoints.Point) throws {
        place = "\(point) of upkeep"
        try startUpkeep()
        points.arm(point)
        rounds += 1
        try waitForUpkeep()
        met += points.hits > 0 ? 1 : 0
        upkeep = "off"
        try crashAndCheck()
    }

    private func startUpkeep() throws {
        try work()
        try crash()
        try server.git.scatter(Self.scattered, marked: "round \(rounds)", in: "\(server.folder.path).scattered")
        upkeep = "100ms"
        try start()
    }

    /// Writes until a run has ended, or the server has.
    private func waitForUpkeep() throws {
        let deadline = ContinuousClock.now + ServerProcess.patience
        while ContinuousClock.now < deadline {
            let outcome = try history.send { try server.client.api("GET", "state") }
            switch outcome {
            case .unknown: return
            case .refused: continue
            case .acknowledged(let answer): if try answer.json()["maintenance"]?["last_run"] != nil { return }
            }
            if let agent = agents.last { _ = try describe(agent) }
        }
        history.complain("no upkeep within \(ServerProcess.patience)")
    }
}
