package import Dispatch

extension DispatchTime {
    /// The moment so long after now; parts of a nanosecond are left out.
    package static func now(after duration: Duration) -> DispatchTime {
        let (seconds, attoseconds) = duration.components
        return .now() + .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
    }
}
