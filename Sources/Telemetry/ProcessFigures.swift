package import Foundation
import Glibc

/// What Linux says of this process, under the names that Prometheus' client libraries have for it.
package struct ProcessFigures: MetricsCollecting {
    private let started: Double

    package init(started: Date = Date()) { self.started = started.timeIntervalSince1970 }

    /// Leaves out what cannot be read (proc(5)).
    package func families() -> [MetricFamily] {
        var families = [
            MetricFamily.gauge(
                "process_start_time_seconds",
                started,
                help: "When the process started, in seconds since 1970."
            )
        ]
        if let seconds = Self.processorSeconds {
            families.append(
                MetricFamily(
                    "process_cpu_seconds_total",
                    .counter,
                    help: "Time of processors that the process used.",
                    samples: [.init(seconds)]
                )
            )
        }
        if let pages = Self.residentPages {
            families.append(
                .gauge(
                    "process_resident_memory_bytes",
                    pages * Double(sysconf(Int32(_SC_PAGESIZE))),
                    help: "Memory that the process holds."
                )
            )
        }
        if let count = Self.openDescriptors {
            families.append(.gauge("process_open_fds", count, help: "Open file descriptors."))
        }
        return families
    }

    private static var processorSeconds: Double? {
        var usage = rusage()
        guard getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// The second number of `/proc/self/statm`.
    private static var residentPages: Double? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let fields = data.split(separator: UInt8(ascii: " "))
        return fields.count > 1 ? Double(String(decoding: fields[1], as: UTF8.self)) : nil
    }

    private static var openDescriptors: Double? {
        do {
            return Double(try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count)
        } catch {
            return nil
        }
    }
}
