import Documents
import Foundation
import TestSupport

/// Servers whose upkeep meets a fault.
extension FaultRun {
    /// More loose objects than may stay, also when git that dies with its server has just removed some.
    private static let scattered = 2_300

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

    /// How many operations git has to do until what nothing has referred to for weeks is gone.
    func measureCleaning() throws -> Int {
        _ = try startCleaning()
        let before = points.operations
        try waitForUpkeep()
        let count = points.operations - before
        points.watch(.everything)
        return count
    }

    /// Ends the server while git removes what nothing has referred to for weeks, beside writes, which the next one does
    /// again.
    ///
    /// - Parameter point: counted in what git does.
    func roundOfCleaning(_ point: Failpoints.Point) throws {
        place = "\(point) of git's in cleaning"
        let objects = try startCleaning()
        points.arm(point)
        rounds += 1
        try waitForUpkeep()
        met += points.hits > 0 ? 1 : 0
        points.watch(.everything)
        try rest(objects)
        // What was cut off is due still.
        if try objects.remaining(in: server.git) != objects.young {
            try crash()
            upkeep = "100ms"
            try start()
            try waitForUpkeep()
            try rest(objects)
        }
        let left = try objects.remaining(in: server.git).intersection(objects.old)
        if !left.isEmpty { history.complain("\(left) are old, and still there") }
        history.expectNoProblems(place)
    }

    private func startUpkeep() throws {
        try work()
        try crash()
        try scatter()
        try disk?.settle()
        upkeep = "100ms"
        try start()
    }

    /// Puts as many loose objects there as make upkeep due.
    ///
    /// A run that was cut off has left its own: with more on top in each round, the first that is not cut off would have so many
    /// to pack that nobody waits for it.
    private func scatter() throws {
        let missing = try Self.scattered - server.git.looseObjects()
        guard missing > 0 else { return }
        try server.git.scatter(missing, marked: "after text \(counter)", in: "\(server.folder.path).scattered")
    }

    /// Counts what git does from then on.
    private func startCleaning() throws -> MaintenanceObjects {
        try work()
        try crash()
        let objects = try MaintenanceObjects(in: server.git, marked: "after text \(counter)")
        try disk?.settle()
        upkeep = "100ms"
        points.watch(.started)
        try start()
        return objects
    }

    /// Ends the server, and looks at one without upkeep.
    private func rest(_ objects: MaintenanceObjects) throws {
        upkeep = "off"
        try crashAndCheck()
        let lost = objects.young.subtracting(try objects.remaining(in: server.git))
        if !lost.isEmpty { history.complain("\(lost) are young, and gone") }
    }

    /// Writes until a run has ended, or the server has.
    private func waitForUpkeep() throws {
        let deadline = ContinuousClock.now + ServerProcess.patience
        var shown: JSONValue?
        while ContinuousClock.now < deadline {
            let outcome = try history.send { try server.client.api("GET", "state") }
            switch outcome {
            case .unknown: return
            case .refused: continue
            case .acknowledged(let answer):
                shown = try answer.json()["maintenance"]
                if shown?["last_run"] != nil { return }
            }
            if let agent = agents.last { _ = try describe(agent) }
        }
        history.complain("no upkeep within \(ServerProcess.patience): \(String(describing: shown))")
    }
}
