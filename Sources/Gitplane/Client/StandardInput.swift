import Foundation
import Glibc

/// What a person or a script gives without showing it.
enum StandardInput {
    /// Reads everything up to the end, or on a terminal one line that is not echoed; a final line break is left out.
    static func secret(_ what: String) throws -> String {
        let bytes = isatty(STDIN_FILENO) == 1 ? silently(what) : Array(try all())
        guard
            let text = String(
                validating: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...],
                as: UTF8.self
            )
        else { throw CommandFailure(.usage, "the \(what) on standard input is not UTF-8") }
        guard !text.isEmpty else { throw CommandFailure(.usage, "standard input gives no \(what)") }
        return text
    }

    private static func silently(_ what: String) -> [UInt8] {
        StandardStream.error.write(Array("\(what): ".utf8))
        var settings = termios()
        let isKnown = tcgetattr(STDIN_FILENO, &settings) == 0
        if isKnown {
            var silent = settings
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        }
        defer {
            if isKnown { tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) }
            StandardStream.error.write([""])
        }
        return Array((readLine() ?? "").utf8)
    }

    private static func all() throws -> Data { try FileHandle.standardInput.readToEnd() ?? Data() }
}
