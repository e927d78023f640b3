import Foundation

/// What a bad disk does to the file of an object.
package enum ObjectDamage: String, CaseIterable, Sendable {
    case cut, flippedBit, empty, missing

    /// Damages a loose object, of which no copy in a pack stays.
    ///
    /// - Returns: how to put it back.
    package func apply(to object: String, in git: Git) throws -> LostObject {
        try Self.unpack(object, in: git)
        let file = URL(filePath: "\(git.directory)/objects/\(object.prefix(2))/\(object.dropFirst(2))")
        let whole = try Data(contentsOf: file)
        // Git makes its files read-only.
        try FileManager.default.removeItem(at: file)
        switch self {
        case .cut: try whole.prefix(whole.count / 2).write(to: file)
        case .flippedBit:
            var bytes = whole
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
        case .empty: try Data().write(to: file)
        case .missing: break
        }
        return LostObject(file: file, content: whole)
    }

    /// Makes every object of the packs that have the object a file of its own.
    private static func unpack(_ object: String, in git: Git) throws {
        let folder = URL(filePath: "\(git.directory)/objects/pack")
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".idx") {
            let index = folder.appending(path: name)
            guard try git.run("show-index", input: Array(Data(contentsOf: index))).contains(object) else { continue }
            let pack = folder.appending(path: name.replacing(".idx", with: ".pack"))
            let content = try Data(contentsOf: pack)
            for file in [index, pack] { try FileManager.default.removeItem(at: file) }
            try git.run("unpack-objects", "-q", input: Array(content))
        }
    }
}

/// The file of an object that was damaged, as it was.
package struct LostObject: Sendable {
    fileprivate let file: URL
    fileprivate let content: Data

    package func putBack() throws { try content.write(to: file, options: .atomic) }

    /// Packs everything, and flips a bit in the middle of an object in the pack.
    package static func flippingPackedBit(of object: String, in git: Git) throws -> LostObject {
        try git.run("repack", "-a", "-d", "--quiet", "--depth=0")
        let folder = URL(filePath: "\(git.directory)/objects/pack")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".idx") {
            let listing = try git.run("verify-pack", "-v", "\(folder.path)/\(name)")
            let line = listing.split(separator: "\n").first { $0.hasPrefix(object) }
            // Name, kind, size, size in the pack, offset.
            let columns = line?.split(separator: " ").dropFirst(3).prefix(2).compactMap { Int($0) } ?? []
            guard columns.count == 2 else { continue }
            let file = folder.appending(path: name.replacing(".idx", with: ".pack"))
            let whole = try Data(contentsOf: file)
            var bytes = whole
            bytes[columns[1] + columns[0] / 2] ^= 1
            try FileManager.default.removeItem(at: file)
            try bytes.write(to: file)
            return LostObject(file: file, content: whole)
        }
        throw ChildProcess.Failure(description: "\(object) is in no pack")
    }
}
