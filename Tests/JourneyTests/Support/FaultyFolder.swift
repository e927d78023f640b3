import Foundation
import TestSupport

/// A data folder whose file operations can be made to fail; on a disk of its own where the power is to be cut.
struct FaultyFolder {
    /// Every how many operations one is tried, as `make faults` sets it; `nil` for a sample.
    static let step = ProcessInfo.processInfo.environment["GITPLANE_FAULTS_STEP"].flatMap { Int($0) }

    let url: URL
    let points: Failpoints
    let disk: CutDisk?

    /// Lends one to `body`; does nothing, with a notice, where that cannot be.
    static func with(
        powerCuts cutsPower: Bool,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (FaultyFolder) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            guard let library = try Failpoints.build(into: directory) else { return }
            let disk = cutsPower ? try CutDisk(below: directory) : nil
            if cutsPower, disk == nil { return }
            defer { withExtendedLifetime(disk) {} }
            let url = directory.appending(path: "data")
            try await body(
                FaultyFolder(url: url, points: try Failpoints(below: url, library: library), disk: disk)
            )
        }
    }

    /// Starts a server in which the next fault comes, with these variables.
    func start(_ own: [String: String] = [:]) throws -> ServerProcess {
        let variables = points.environment().merging(["GITPLANE_MAINTENANCE": "off"]) { $1 }.merging(own) { $1 }
        return try ServerProcess(dataIn: url, environment: variables)
    }

    /// Ends a server as a crash does, or as a power cut does where there is a disk for it.
    func crash(_ server: ServerProcess) throws {
        try server.kill()
        try disk?.cut()
    }

    /// Sends a request during which the server is to end.
    ///
    /// - Returns: whether it came to that, and the answer, `nil` when the server went away before it.
    func send(
        endingAt operation: Int,
        _ request: () throws -> HTTPAnswer
    ) -> (isMet: Bool, answer: HTTPAnswer?) {
        points.arm(.init(fault: end, operation: operation))
        defer { points.disarm() }
        let answer: HTTPAnswer?
        do { answer = try request() } catch { answer = nil }
        // Others may be told of a disk that is gone a moment before the server is.
        return (points.hits > 0 || disk != nil && answer?.isSuccess == false, answer)
    }

    /// What ends a server here.
    var end: Failpoints.Fault { disk == nil ? .kill : .cut }
}

/// Something in which a server ends, by a kill or with the power.
struct CutOff<Act: Sendable>: Sendable, CustomStringConvertible {
    let act: Act
    let cutsPower: Bool

    /// Each by a kill, and in a sweep by a power cut as well.
    static func each(of acts: [Act]) -> [CutOff] {
        acts.flatMap { act in
            (FaultyFolder.step == nil ? [false] : [false, true]).map { CutOff(act: act, cutsPower: $0) }
        }
    }

    var description: String { "\(act)\(cutsPower ? ", power cut" : "")" }
}
