import Foundation
import Glibc
import TestSupport

/// Makes one file operation of a server, or of a git that it starts, fail: see `Tests/Failpoints/failpoints.c`.
final class Failpoints {
    enum Fault: UInt32, CaseIterable, Sendable {
        /// The server and the process that was about to do it are killed.
        case kill = 1
        /// It fails with `EIO`.
        case broken = 2
        /// It fails with `ENOSPC`, unless it makes room.
        case full = 3
        /// Half of what is to be written is.
        case short = 4
        /// It takes most of a second.
        case slow = 5
        /// The power is cut, of a data folder that is an ext4 file system of its own: see ``CutDisk``.
        case cut = 6
        /// The process is killed, when it is not the server itself.
        case end = 7
        /// It is done, and fails with `EIO` all the same, unless it makes a file.
        case falseAlarm = 8

        /// Whether the server is gone after it.
        var isEnd: Bool { self == .kill || self == .cut }
    }

    /// Which operation fails, and how.
    struct Point: Hashable, Sendable, CustomStringConvertible {
        let fault: Fault
        /// Counted from the moment of ``Failpoints/arm(_:)``, from 1 on.
        let operation: Int
        /// Whether all after it fail too.
        var isSticky = false

        var description: String { "\(fault) at operation \(operation)\(isSticky ? " and all after it" : "")" }
    }

    /// Which operations count.
    enum Scope: Sendable {
        case everything
        /// Those of what the server has started: git, when it takes a push or does the upkeep.
        case started
        /// Those on the index, the drafts and the journal of the working tree.
        case workingTree
        /// Those on the secrets file and its drafts.
        case secrets

        /// How the paths begin, in the folder.
        fileprivate var prefix: String {
            switch self {
            case .everything, .started: ""
            case .workingTree: "state.git/worktrees/"
            case .secrets: "secrets.age"
            }
        }
    }

    private static let size = 4_096
    private let descriptor: Int32
    /// The path of the folder, without links, with a slash at its end.
    private let root: String
    private let variables: [String: String]

    /// - Parameters:
    ///   - folder: whose operations count.
    ///   - library: what `scripts/build-failpoints` made.
    init(below folder: URL, library: String) throws {
        let path = folder.deletingLastPathComponent().appending(path: "failpoints").path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, ftruncate(descriptor, off_t(Self.size)) == 0 else {
            throw ChildProcess.Failure(description: "\(path) cannot be made")
        }
        variables = ["LD_PRELOAD": library, "GITPLANE_FAILPOINTS": path]
        let parent = folder.deletingLastPathComponent().resolvingSymlinksInPath()
        root = "\(parent.appending(path: folder.lastPathComponent).path)/"
        watch(.everything)
    }

    deinit { close(descriptor) }

    /// For a server that is about to start: the first process is the one that is killed.
    func environment() -> [String: String] {
        put(Int32(0), at: 32)
        return variables
    }

    /// Makes other operations count from now on; none fails until the next ``arm(_:)``.
    func watch(_ scope: Scope) {
        disarm()
        let place = Array("\(root)\(scope.prefix)".utf8)
        // Processes read both at any time: meanwhile they compare with the folder, as which every place begins.
        put(UInt32(root.utf8.count), at: 36)
        (place + [0]).withUnsafeBytes { _ = pwrite(descriptor, $0.baseAddress, $0.count, 40) }
        put(UInt32(place.count), at: 36)
        put(UInt32(scope == .started ? 1 : 0), at: 1_072)
    }

    func arm(_ point: Point) {
        disarm()
        put(UInt64(0), at: 16)
        put(point.fault.rawValue, at: 24)
        put(UInt32(point.isSticky ? 1 : 0), at: 28)
        put(UInt64(operations + point.operation), at: 8)
    }

    func disarm() { put(UInt64(0), at: 8) }

    /// Puts the clock on the wall wrong, of the server and of what it starts.
    func setClock(wrongBy seconds: Int64) { put(seconds, at: 1_064) }

    /// Lets no file have a second name from now on, as a file system without hard links does (link(2), `EPERM`).
    func refuseLinks() { put(UInt32(1), at: 1_076) }

    /// How many names were refused for that.
    var refusals: Int { number(at: 1_080) }

    /// How many operations there were.
    var operations: Int { number(at: 0) }

    /// How many of them failed since ``arm(_:)``.
    var hits: Int { number(at: 16) }

    private func put(_ value: some FixedWidthInteger, at offset: Int) {
        withUnsafeBytes(of: value) { _ = pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
    }

    private func number(at offset: Int) -> Int {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value) { _ = pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        return Int(value)
    }
}

extension Failpoints {
    private static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Builds the library into a folder.
    ///
    /// - Returns: its path; `nil`, with a notice, when there is no C compiler.
    static func build(into folder: URL) throws -> String? {
        let library = folder.appending(path: "libfailpoints.so").path
        let root = checkout.path
        let build = try ChildProcess(
            "\(root)/scripts/build-failpoints",
            [library],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: root,
            errors: .output
        )
        switch try build.waitUntilEnd(within: ServerProcess.patience) {
        case .exited(0): return library
        case .exited(69):
            print("faults: SKIPPED, no operation was made to fail: \(build.output)")
            return nil
        default: throw ChildProcess.Failure(description: "the failpoints were not built: \(build.output)")
        }
    }
}
