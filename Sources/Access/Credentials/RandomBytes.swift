/// Where secrets come from: the system's generator, or in tests one with a seed.
package struct RandomBytes: Sendable {
    private let source: @Sendable (Int) -> [UInt8]

    package init(_ source: @escaping @Sendable (Int) -> [UInt8]) { self.source = source }

    /// The generator of the operating system.
    package static let system = RandomBytes { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    package func bytes(_ count: Int) -> [UInt8] { source(count) }

    /// 80 random bits in 16 digits that are easy to read, behind `prefix`: names for what needs one.
    func identifier(_ prefix: String) -> String {
        let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        return prefix + String(decoding: bytes(16).map { digits[Int($0 & 31)] }, as: UTF8.self)
    }
}
