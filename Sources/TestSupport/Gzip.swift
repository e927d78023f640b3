import Foundation

/// The `gzip` command.
package enum Gzip {
    /// The bytes as a gzip stream.
    package static func compress(_ bytes: [UInt8]) throws -> [UInt8] {
        let folder = URL.temporaryDirectory.appending(path: "gitplane-gzip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "content")
        try Data(bytes).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/gzip")
        process.arguments = ["-n", file.path]
        try process.run()
        process.waitUntilExit()
        return try Array(Data(contentsOf: folder.appending(path: "content.gz")))
    }
}
