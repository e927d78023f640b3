import Foundation

/// A password as it is stored: `$scrypt$ln=17,r=8,p=1$SALT$HASH`, base64 without padding.
///
/// The form is that of the Password Hashing Competition; everything that is needed to check a password stands in it.
package struct PasswordHash: Hashable, Sendable {
    static let saltLength = 16
    static let hashLength = 32
    /// The longest stored text that is read.
    static let maximumLength = 256

    let cost: ScryptCost
    let salt: [UInt8]
    let hash: [UInt8]

    init(cost: ScryptCost, salt: [UInt8], hash: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// Reads what ``text`` wrote; `nil` for anything else, also for other lengths of salt and hash.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumLength, parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
            let cost = Self.cost(parts[2]), let salt = Self.bytes(parts[3]), salt.count == Self.saltLength,
            let hash = Self.bytes(parts[4]), hash.count == Self.hashLength
        else { return nil }
        self.init(cost: cost, salt: salt, hash: hash)
    }

    package var text: String {
        "$scrypt$ln=\(cost.logN),r=\(cost.blockSize),p=\(cost.parallelism)$\(Self.base64(salt))$\(Self.base64(hash))"
    }

    private static func cost(_ text: Substring) -> ScryptCost? {
        let names = ["ln=", "r=", "p="]
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == names.count else { return nil }
        let numbers = zip(parts, names).compactMap { part, name in
            part.hasPrefix(name) ? Int(part.dropFirst(name.count)) : nil
        }
        guard numbers.count == names.count, numbers.allSatisfy({ (1...1024).contains($0) }) else { return nil }
        return ScryptCost(logN: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("=", with: "")
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: text + padding).map(Array.init)
    }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
    package var description: String { "‹redacted›" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
