import Glibc

/// What this process has computed so far; unlike a clock on the wall it does not run while others have the processor.
enum ProcessTime {
    /// Time in user code and in the kernel, of all threads (clock(3), which counts in microseconds).
    static func used() -> Duration { .microseconds(clock()) }
}
