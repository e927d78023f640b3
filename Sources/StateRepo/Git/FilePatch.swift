import CZlib
import Documents

/// One file of a patch, as `git diff --binary --full-index` writes it and `git apply` reads it (git-diff(1), "Generating
/// patch text with -p").
struct FilePatch {
    private let file: FileVersions

    init(_ file: FileVersions) { self.file = file }

    var bytes: [UInt8] {
        let (old, new) = (PatchPath.quoted(file.path, side: "a"), PatchPath.quoted(file.path, side: "b"))
        var output = Array("diff --git \(old) \(new)\n".utf8)
        output += modes.utf8
        guard file.old?.id != file.new?.id else { return output }
        output += "index \(Self.name(file.old))..\(Self.name(file.new))\(sameMode)\n".utf8
        guard file.isText else { return output + binary }
        let diff = LineDiff(from: file.old?.content ?? [], to: file.new?.content ?? [])
        return output + diff.unified(oldPath: file.old.map { _ in file.name }, newPath: file.new.map { _ in file.name })
    }

    private var modes: String {
        switch (file.old?.mode, file.new?.mode) {
        case (nil, let mode?): "new file mode \(mode)\n"
        case (let mode?, nil): "deleted file mode \(mode)\n"
        case (let old?, let new?) where old != new: "old mode \(old)\nnew mode \(new)\n"
        case (_, _): ""
        }
    }

    /// The index line names the mode when it stays.
    private var sameMode: String {
        guard let old = file.old?.mode, old == file.new?.mode else { return "" }
        return " \(old)"
    }

    private static func name(_ version: FileVersions.Version?) -> String {
        (version?.id ?? .zero).description
    }

    /// The new content, then the old one, so that the patch can be taken back too.
    private var binary: [UInt8] {
        guard let new = Self.literal(file.new), let old = Self.literal(file.old) else {
            return Array("Binary files differ\n".utf8)
        }
        return Array("GIT binary patch\n".utf8) + new + old
    }

    /// `nil` when the content is not at hand.
    private static func literal(_ version: FileVersions.Version?) -> [UInt8]? {
        guard let content = version.map(\.content) ?? [], let packed = deflate(content) else { return nil }
        var output = Array("literal \(content.count)\n".utf8)
        for start in stride(from: 0, to: packed.count, by: GitBase85.lineLength) {
            output += GitBase85.line(packed[start..<min(start + GitBase85.lineLength, packed.count)])
        }
        return output + [UInt8(ascii: "\n")]
    }

    private static func deflate(_ content: [UInt8]) -> [UInt8]? {
        var status = Z_OK
        let packed = [UInt8](unsafeUninitializedCapacity: Int(compressBound(UInt(content.count)))) { buffer, count in
            var length = UInt(buffer.count)
            status = compress(buffer.baseAddress, &length, content, UInt(content.count))
            count = status == Z_OK ? Int(length) : 0
        }
        return status == Z_OK ? packed : nil
    }
}

/// The base 85 of git's binary patches: 52 bytes a line, their number in front as a letter.
enum GitBase85 {
    /// The most bytes on one line.
    static let lineLength = 52

    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~".utf8
    )

    /// One line with its end; `bytes` are at most ``lineLength`` and at least one.
    static func line(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let letter = bytes.count <= 26 ? UInt8(ascii: "A") - 1 : UInt8(ascii: "a") - 27
        var output = [letter + UInt8(bytes.count)]
        var rest = bytes
        while !rest.isEmpty {
            let group = rest.prefix(4)
            rest = rest.dropFirst(4)
            var word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            word <<= UInt32(8 * (4 - group.count))
            var encoded: [UInt8] = []
            for _ in 0..<5 {
                encoded.append(digits[Int(word % 85)])
                word /= 85
            }
            output += encoded.reversed()
        }
        return output + [UInt8(ascii: "\n")]
    }
}

/// Paths in the header of a patch.
enum PatchPath {
    /// `a/path`, in quotes with octal escapes when it holds anything but visible ASCII and spaces.
    static func quoted(_ path: EntryPath, side: String) -> String {
        let isPlain = path.bytes.allSatisfy {
            (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        guard !isPlain else { return "\(side)/\(String(decoding: path.bytes, as: UTF8.self))" }
        let escaped = path.bytes.map { byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\\(Unicode.Scalar(byte))"
            case 0x20..<0x7F: String(Unicode.Scalar(byte))
            default:
                "\\" + String(repeating: "0", count: 3 - String(byte, radix: 8).count) + String(byte, radix: 8)
            }
        }
        return "\"\(side)/\(escaped.joined())\""
    }
}
