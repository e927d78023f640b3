internal import Foundation

/// A list of names in one value: each name in UTF-8, followed by a NUL.
///
/// No path of git and no resource's name contains a NUL; one in a name would cut it in two.
enum NameList {
    static func encode(_ names: some Sequence<String>) -> Data {
        var bytes = Data()
        for name in names {
            bytes.append(contentsOf: name.utf8)
            bytes.append(0)
        }
        return bytes
    }

    static func decode(_ bytes: Data) -> [String] {
        bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
