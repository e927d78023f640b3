import Logging

/// How a command ends; the numbers of `sysexits.h` where it has them.
enum ExitStatus: Int32 {
    /// What was checked has errors.
    case findings = 1
    /// The arguments do not name what the command needs.
    case usage = 64
    /// Somebody else has what the command needs; trying again later may help.
    case unavailable = 69
    case internalError = 70
    /// The disk is full.
    case inputOutput = 74
    /// A setting or the installation is wrong.
    case configuration = 78
}

/// Why a command ends with anything but 0, in the lines that it prints on standard error.
struct CommandFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    let lines: [String]

    init(_ status: ExitStatus, _ lines: [String]) {
        self.status = status
        self.lines = lines
    }

    /// One line, in the form of compilers' messages.
    init(_ status: ExitStatus, _ message: String) { self.init(status, [Self.start + message]) }

    /// A failure whose lines are objects, as those of a log in JSON are.
    init(asEvents error: any Error) {
        let failure = error as? CommandFailure ?? CommandFailure(.internalError, "\(error)")
        let code: Logger.Metadata = ["exit_code": "\(failure.status.rawValue)"]
        self.init(
            failure.status,
            failure.lines.map { line in
                JSONLogHandler.line(.critical, Self.message(line), code)
            }
        )
    }

    /// The lines as one, for where they are a part of something else.
    var description: String { lines.map(Self.message).joined(separator: "; ") }

    private static func message(_ line: String) -> String {
        line.hasPrefix(start) ? String(line.dropFirst(start.count)) : line
    }

    private static let start = "gitplane: error: "
}
