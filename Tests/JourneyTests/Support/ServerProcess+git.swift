import Documents
import Foundation
import TestSupport
import Testing

extension ServerProcess {
    /// The repository's address, with the token as password.
    var gitAddress: String { "http://git:\(client.token)@127.0.0.1:\(client.port)/git/state.git" }

    /// A clone over HTTP beside the data folder.
    func cloneOverHTTP(named name: String, _ options: String...) throws -> Git {
        let folder = folder.deletingLastPathComponent()
        _ = try Git(directory: folder.path).output(["clone", "--quiet"] + options + [gitAddress, name])
        return Git(directory: folder.appending(path: name).path)
    }

    /// The processes of git that work in the repository.
    func gitProcesses() throws -> [pid_t] {
        let path = URL(filePath: repository).resolvingSymlinksInPath().path
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { id in
            // A process may end while it is looked at.
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/cwd")) == path
        }
    }

    /// What pushes have sent and nobody has taken yet, as folders in the repository.
    func quarantines() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(repository)/objects").filter {
            $0.hasPrefix("tmp_objdir-")
        }
    }

    /// The most memory that the server has used so far, in bytes (proc(5), `VmHWM`).
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        guard let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else {
            throw ChildProcess.Failure(description: "process \(processID) has no memory")
        }
        return kilobytes << 10
    }

    /// Sees that the agent `atlas` can be written, and ends in good order with a repository that git finds whole.
    func endWhole() throws {
        #expect(try client.describe("atlas", as: "the last").isSuccess)
        #expect(try client.condition("Ready")?["status"] == "True")
        try stop()
        try git.checkIntegrity()
    }

    /// Looks again until something holds.
    func wait(for description: String, until holds: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + Self.patience
        while try !holds() {
            guard ContinuousClock.now < deadline else {
                throw ChildProcess.Failure(description: "waited in vain for \(description)")
            }
        }
    }
}

/// A push of a real pack, as it goes over the wire: its commands, a flush, the pack.
struct WirePush {
    var commands: [UInt8]
    var pack: [UInt8]

    var bytes: [UInt8] { commands + pack }

    /// The push of what a clone has and the server does not to a branch.
    init(of clone: Git, to branch: String) throws {
        let tip = try clone.run("rev-parse", "HEAD")
        commands = Self.commands(from: nil, to: tip, "refs/heads/\(branch)")
        pack = try [UInt8](
            clone.output(
                ["pack-objects", "--stdout", "--revs", "--quiet"],
                input: Array("\(tip)\n^origin/main\n".utf8)
            )
        )
    }

    /// A push of this pack, of which nothing has to be true, and of a commit to a branch.
    init(_ pack: [UInt8], of tip: String, to branch: String) {
        commands = Self.commands(from: nil, to: tip, "refs/heads/\(branch)")
        self.pack = pack
    }

    private static func commands(from old: String?, to new: String, _ ref: String) -> [UInt8] {
        let text = "\(old ?? String(repeating: "0", count: 40)) \(new) \(ref)\0report-status"
        let digits = String(text.utf8.count + 4, radix: 16)
        return Array("\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)\(text)0000".utf8)
    }
}

/// A push whose client sent the first half, and is still there.
final class HalfPush {
    private let pending: PendingAnswer

    init(_ push: WirePush, to client: LoopbackClient) throws {
        let half = push.commands.count + push.pack.count / 2
        pending = try client.beginPush(Array(push.bytes.prefix(half)), length: push.bytes.count)
    }
}
