internal import Glibc

extension UnsafeRawBufferPointer {
    /// At the speed of the system's library, which ten megabytes of secrets are worth.
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count, let start = baseAddress, let otherStart = other.baseAddress else {
            return count == other.count
        }
        return memcmp(start, otherStart, count) == 0
    }
}
