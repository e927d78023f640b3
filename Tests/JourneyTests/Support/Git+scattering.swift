import Foundation
import TestSupport

extension Git {
    /// Puts loose objects that nothing refers to into the repository; a table of packs is not looked at.
    ///
    /// - Parameters:
    ///   - mark: makes them different from those of another call.
    ///   - path: a folder for what is hashed, which is gone afterwards.
    func scatter(_ count: Int, marked mark: String, in path: String) throws {
        let folder = URL(filePath: path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = try (0..<count).map { number in
            let file = folder.appending(path: "\(number)")
            try Data("object \(number), \(mark)\n".utf8).write(to: file)
            return file.path
        }
        let input = Array((paths.joined(separator: "\n") + "\n").utf8)
        let settings = ["-c", "core.fsync=none", "-c", "core.multiPackIndex=false"]
        _ = try output(settings + ["hash-object", "-w", "--stdin-paths"], input: input)
    }

    /// How many loose objects there are.
    func looseObjects() throws -> Int {
        // "12 objects, 48 kilobytes"
        let count = try run("count-objects").split(separator: " ").first.flatMap { Int($0) }
        guard let count else { throw ChildProcess.Failure(description: "git does not count objects") }
        return count
    }
}
