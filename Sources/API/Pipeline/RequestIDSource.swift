import Synchronization

/// Names requests: takes the client's name when it is acceptable, else makes one.
///
/// Its own names are 16 random digits that stay for the life of the process, and a counter: unique without asking the
/// system for random numbers per request.
final class RequestIDSource: Sendable {
    /// The longest name that a client may give.
    static let maximumLength = 128

    private let prefix: String
    private let counter = Atomic<UInt64>(0)

    init() {
        let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
        self.prefix = String(repeating: "0", count: 16 - digits.utf8.count) + digits + "-"
    }

    /// The name of a request that came with `given`: 1 to 128 letters, digits, `.`, `_`, `:` or `-`, or it is ignored.
    func id(given: String?) -> String {
        if let given, Self.isAcceptable(given) { return given }
        return prefix + String(counter.wrappingAdd(1, ordering: .relaxed).newValue, radix: 16)
    }

    private static func isAcceptable(_ text: String) -> Bool {
        (1...maximumLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x3A: true
                case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}
