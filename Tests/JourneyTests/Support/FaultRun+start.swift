/// Servers that are ended in the middle of their work, and the next ones on their way.
extension FaultRun {
    /// What the operation belongs to that ends the work, in turn: anything, what git does for a push, the working tree.
    private static let scopes: [Failpoints.Scope] = [.everything, .started, .workingTree]
    /// Its multiples, without their whole parts, leave no large gap however many there are.
    private static let goldenSection = (5.0.squareRoot() - 1) / 2

    /// How many operations a start has that has to recover; counts those of the work before it as well.
    func measureStart() throws -> Int {
        for scope in Self.scopes {
            points.watch(scope)
            let before = points.operations
            try workToTheEnd()
            operationsOfWork[scope] = points.operations - before
        }
        points.watch(.everything)
        try crash()
        let before = points.operations
        try start()
        return points.operations - before
    }

    /// Ends a server somewhere in its work, and the next one on its way, and looks at what the one after that says.
    ///
    /// It counts as met when both ended so. ``measureStart()`` is to be called before.
    /// - Parameter point: where the start is cut off; the work is in the same way.
    func roundOfStart(_ point: Failpoints.Point) throws {
        let (scope, operation) = nextCut()
        place = "\(point) of a start, after work until operation \(operation) of \(scope)"
        rounds += 1
        points.watch(scope)
        points.arm(.init(fault: point.fault, operation: operation))
        try workToTheEnd()
        let isWorkCutOff = points.hits > 0
        points.watch(.everything)
        try crash()
        let isStartCutOff = try startEnds(at: point)
        met += isWorkCutOff && isStartCutOff ? 1 : 0
        try disk?.cut()
        try start()
        try check()
    }

    /// Where the work is cut off in this round.
    private func nextCut() -> (scope: Failpoints.Scope, operation: Int) {
        let scope = Self.scopes[starts % Self.scopes.count]
        let turn = starts / Self.scopes.count + 1
        starts += 1
        let part = (Double(turn) * Self.goldenSection).truncatingRemainder(dividingBy: 1)
        return (scope, 1 + Int(part * Double(operationsOfWork[scope, default: 1])))
    }

    /// Starts a server that is to end at a point, and ends it when it has come further.
    ///
    /// - Returns: whether it ended there.
    private func startEnds(at point: Failpoints.Point) throws -> Bool {
        points.arm(point)
        defer { points.disarm() }
        do {
            try start()
            try server.kill()
            return false
        } catch is ServerProcess.StartFailure {
            return true
        }
    }

    /// Works until the working tree shows all of it, or the server has ended.
    private func workToTheEnd() throws {
        try work()
        do { try server.client.waitUntilClean() } catch is LoopbackClient.ConnectionLost {}
    }
}
