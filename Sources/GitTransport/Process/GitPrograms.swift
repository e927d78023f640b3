import Glibc
import SystemPackage

/// The programs that run git for a request: found once, at start, and called by their absolute paths.
package struct GitPrograms: Hashable, Sendable {
    package let git: String
    /// Sets the limits of the process that it becomes (prlimit(1), util-linux).
    package let prlimit: String
    /// Makes the process that it becomes die with the server (setpriv(1), util-linux).
    package let setpriv: String
    /// Lets others go first (nice(1), coreutils).
    package let nice: String

    /// A program that is not installed; the server must not start without it.
    package struct Missing: Error, CustomStringConvertible {
        package let program: String

        package var description: String {
            "the program \(program) is not in PATH: install git, util-linux and coreutils"
        }
    }

    package init(git: String, prlimit: String, setpriv: String, nice: String) {
        self.git = git
        self.prlimit = prlimit
        self.setpriv = setpriv
        self.nice = nice
    }

    /// Looks through the absolute folders of `path`, the value of `PATH`.
    package init(searching path: String) throws(Missing) {
        let folders = path.split(separator: ":").filter { $0.hasPrefix("/") }.map(String.init)
        func find(_ program: String) throws(Missing) -> String {
            for folder in folders {
                let file = "\(folder)/\(program)"
                if (try? Stat(file))?.type == .regular, access(file, X_OK) == 0 { return file }
            }
            throw Missing(program: program)
        }
        git = try find("git")
        prlimit = try find("prlimit")
        setpriv = try find("setpriv")
        nice = try find("nice")
    }
}
