import Foundation
import Glibc
import StateRepo
import SystemPackage

/// Puts the gate into the repository: the hook, and the configuration that makes git run it.
///
/// To be done at every start: the program may have moved, and whoever can reach the directory can edit both.
package struct HookInstaller: Sendable {
    package let repositoryPath: String
    package let executablePath: String
    package let socketPath: String

    /// - Throws: ``GateError/Code/socketPath`` unless all three paths are absolute.
    package init(repositoryPath: String, executablePath: String, socketPath: String) throws(GateError) {
        guard [repositoryPath, executablePath, socketPath].allSatisfy({ $0.hasPrefix("/") && !$0.utf8.contains(0) })
        else {
            throw GateError(.socketPath, "the paths of repository, program and socket must be absolute")
        }
        self.repositoryPath = repositoryPath
        self.executablePath = executablePath
        self.socketPath = socketPath
    }

    /// Everybody may run the hook: people push by file path too.
    private static let permissions: mode_t = 0o755

    /// Where the hook is.
    package var hookPath: String { "\(hooksPath)/pre-receive" }

    private var hooksPath: String { "\(repositoryPath)/hooks" }

    /// The hook: when the program is gone, `exec` fails and so does the push.
    package var script: String {
        """
        #!/bin/sh
        exec \(Self.quoted(executablePath)) hook pre-receive --socket \(Self.quoted(socketPath))

        """
    }

    /// Writes the hook and sets the repository's configuration.
    ///
    /// The file is replaced by a rename, so that a push never meets half a hook.
    package func install() throws {
        let hooks = URL(filePath: hooksPath, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: hooks, withIntermediateDirectories: true)
        let draft = hooks.appending(path: ".pre-receive.\(getpid())").path
        if !isInstalled {
            do {
                try write(draft)
                try Self.check(rename(draft, hookPath), "rename \(draft)")
            } catch {
                unlink(draft)
                throw error
            }
            try Self.flush(hooksPath)
        }
        try RepositoryConfiguration(hooksPath: hooksPath).apply(toRepositoryAt: repositoryPath)
    }

    /// Whether the hook is there as it should be: a start on a full disk then has nothing to write.
    package var isInstalled: Bool {
        guard let status = try? Stat(hookPath, followTargetSymlink: false),
            status.type == .regular, status.permissions.rawValue == Self.permissions
        else { return false }
        return FileManager.default.contents(atPath: hookPath) == Data(script.utf8)
    }

    private func write(_ path: String) throws {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o700)
        try Self.check(descriptor, "create \(path)")
        defer { close(descriptor) }
        let bytes = Array(script.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Self.failure("write \(path)") }
        try Self.check(fchmod(descriptor, Self.permissions), "chmod \(path)")
        try Self.check(fsync(descriptor), "flush \(path)")
    }

    private static func flush(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        try check(descriptor, "open \(folder)")
        defer { close(descriptor) }
        try check(fsync(descriptor), "flush \(folder)")
    }

    private static func check(_ status: Int32, _ operation: String) throws {
        guard status >= 0 else { throw failure(operation) }
    }

    private static func failure(_ operation: String) -> HookInstallationError {
        HookInstallationError(message: "\(operation): \(String(cString: strerror(errno)))")
    }

    /// A word of sh(1) that stands for `text` and nothing else.
    package static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}

/// The hook could not be written; the server must not start without it.
package struct HookInstallationError: Error, CustomStringConvertible {
    package let message: String

    package var description: String { message }
}
