extension LineDiff {
    /// The diff as `git apply` and `patch` read it; empty when there are no hunks.
    ///
    /// - Parameters:
    ///   - oldPath: the file's path in the old tree; `nil` when the file is new.
    ///   - newPath: the file's path in the new tree; `nil` when the file is gone.
    package func unified(oldPath: String?, newPath: String?) -> [UInt8] {
        guard !hunks.isEmpty else { return [] }
        var output: [UInt8] = []
        output += "--- \(Self.header(oldPath, side: "a"))\n".utf8
        output += "+++ \(Self.header(newPath, side: "b"))\n".utf8
        for hunk in hunks {
            let old = Self.range(hunk.oldStart, hunk.oldCount)
            let new = Self.range(hunk.newStart, hunk.newCount)
            output += "@@ -\(old) +\(new) @@\n".utf8
            for line in hunk.lines { Self.write(line, into: &output) }
        }
        return output
    }

    private static func range(_ start: Int, _ count: Int) -> String { count == 1 ? "\(start)" : "\(start),\(count)" }

    private static func write(_ line: Line, into output: inout [UInt8]) {
        switch line.kind {
        case .context: output.append(UInt8(ascii: " "))
        case .removed: output.append(UInt8(ascii: "-"))
        case .added: output.append(UInt8(ascii: "+"))
        }
        output += line.bytes
        output.append(UInt8(ascii: "\n"))
        if !line.isTerminated { output += "\\ No newline at end of file\n".utf8 }
    }

    /// A path as git writes it: in quotes, with octal escapes, when it holds anything but visible ASCII and spaces; with
    /// a tab behind it when a space could be taken for its end.
    private static func header(_ path: String?, side: String) -> String {
        guard let path else { return "/dev/null" }
        let isPlain = path.utf8.allSatisfy {
            (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        guard !isPlain else { return "\(side)/\(path)" + (path.utf8.contains(UInt8(ascii: " ")) ? "\t" : "") }
        var quoted = "\"\(side)/"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7F: quoted += String(UnicodeScalar(byte))
            default:
                let octal = String(byte, radix: 8)
                quoted += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
            }
        }
        return quoted + "\""
    }
}
