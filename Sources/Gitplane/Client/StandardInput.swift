import Foundation
import Glibc

/// What a person or a script gives without showing it.
enum StandardInput {
    /// Reads everything up to the end, or on a terminal one line that is not echoed; a final line break is left out.
    static func secret(_ what: String) throws -> String {
        let isTerminal = isatty(STDIN_FILENO) == 1
        var settings = termios()
        if isTerminal, tcgetattr(STDIN_FILENO, &settings) == 0 {
            StandardStream.error.write(Array("\(what): ".utf8))
            var silent = settings
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSANOW, &silent)
        }
        defer {
            if isTerminal {
                tcsetattr(STDIN_FILENO, TCSANOW, &settings)
                StandardStream.error.write([""])
            }
        }
        let text = isTerminal ? readLine() ?? "" : String(decoding: try all(), as: UTF8.self)
        let value = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard !value.isEmpty else { throw CommandFailure(.usage, "standard input gives no \(what)") }
        return value
    }

    private static func all() throws -> Data { try FileHandle.standardInput.readToEnd() ?? Data() }
}
