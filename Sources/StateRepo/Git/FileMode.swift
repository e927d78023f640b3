/// What a tree entry is, as the tree says it.
package enum FileMode: Hashable, Sendable, CustomStringConvertible {
    case blob
    case executable
    case symlink
    case tree
    case submodule
    /// A mode git no longer writes but still reads, such as 100664 or the set-uid 104755.
    case other(UInt32)

    package init(rawValue: UInt32) {
        self =
            switch rawValue {
            case 0o100644: .blob
            case 0o100755: .executable
            case 0o120000: .symlink
            case 0o040000: .tree
            case 0o160000: .submodule
            default: .other(rawValue)
            }
    }

    package var rawValue: UInt32 {
        switch self {
        case .blob: 0o100644
        case .executable: 0o100755
        case .symlink: 0o120000
        case .tree: 0o040000
        case .submodule: 0o160000
        case .other(let value): value
        }
    }

    /// Whether the entry is a directory, whatever permission bits stand beside that.
    package var isTree: Bool { Self.isTree(rawValue) }

    static func isTree(_ rawValue: UInt32) -> Bool { rawValue & 0o170000 == 0o040000 }

    /// Six octal digits, as `git ls-tree` prints them.
    package var description: String {
        let digits = String(rawValue, radix: 8)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
