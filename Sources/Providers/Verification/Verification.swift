package import Foundation

/// A connection that was proven.
package struct Verification: Sendable {
    package let checkedAt: Date
    package let latency: Duration
    /// What the vendor answered with.
    package let httpStatus: Int
    /// The models that the vendor offers, in its order.
    package let models: [String]
    /// Whose credential it is, when the vendor says so.
    package let account: String?
}
