/// How expensive one scrypt is (RFC 7914): memory is 128 · r · 2^logN bytes, time grows with memory and p.
package struct ScryptCost: Hashable, Sendable {
    /// The binary logarithm of N.
    package let logN: Int
    package let blockSize: Int
    package let parallelism: Int

    package init(logN: Int, blockSize: Int = 8, parallelism: Int = 1) {
        self.logN = logN
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// 128 MiB and about a quarter of a second (OWASP Password Storage Cheat Sheet; ASVS 5.0, appendix C).
    package static let standard = ScryptCost(logN: 17)
}

/// Which costs are run, wherever they come from: the library underneath has no limit of its own.
package struct ScryptLimits: Sendable {
    let logN: ClosedRange<Int>

    package init(logN: ClosedRange<Int>) { self.logN = logN }

    /// From 32 to 256 MiB.
    package static let standard = ScryptLimits(logN: 15...18)

    func allow(_ cost: ScryptCost) -> Bool {
        logN.contains(cost.logN) && cost.blockSize == 8 && cost.parallelism == 1
    }
}
