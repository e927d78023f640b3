package import Foundation

/// A point in history as `?at=` and `?base=` name it.
package enum RevisionSelector: Hashable, Sendable {
    /// 7 to 40 lowercase hexadecimal digits: the start of a commit's name.
    case commit(prefix: String)
    /// The number of first-parent commits up to it; 1 is the first one.
    case sequence(Int)
    /// The last revision that had been accepted by then.
    case time(Date)
}
