import Foundation
import TestSupport
import Testing

extension Tour {
    /// A step that did not print what the file says, or did not come to its end.
    struct Difference: Error, CustomStringConvertible {
        let step: Step
        let output: String

        var description: String {
            "README.md, line \(step.line):\n\(step.commands)expected:\n\(step.output ?? "success\n")printed:\n\(output)"
        }
    }

    /// Runs the steps in `folder`, in which `data` is the data folder of `server`.
    ///
    /// - Returns: every step that printed something else; of the steps behind one that failed, only that one.
    func run(against server: ServerProcess, in folder: URL) throws -> [Difference] {
        let script = folder.appending(path: "tour.sh").path
        try Data(self.script(prelude: Self.settle).utf8).write(to: URL(filePath: script))
        let shell = try ChildProcess(
            "/bin/bash",
            [script],
            environment: environment(server, home: folder),
            directory: folder.path,
            errors: .output
        )
        let ending = try shell.waitUntilEnd(within: ServerProcess.patience)
        let outputs = shell.output.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
        return zip(steps, outputs).enumerated().compactMap { index, pair in
            let isLast = index == outputs.count - 1
            let isAsExpected = pair.0.output.map { ExpectedOutput($0).matches(pair.1) } ?? true
            return isAsExpected && !(isLast && ending != .exited(0)) ? nil : Difference(step: pair.0, output: pair.1)
        }
    }

    private func environment(_ server: ServerProcess, home: URL) -> [String: String] {
        [
            "GITPLANE": "http://127.0.0.1:\(server.client.port)", "HOME": home.path, "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com",
            // As a new git is configured, whatever the machine's is.
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "advice.detachedHead", "GIT_CONFIG_VALUE_0": "false",
            "ADDRESS": "http://127.0.0.1:\(server.client.port)", "TOKEN": server.client.token,
            "REPOSITORY": server.repository,
        ]
    }

    /// Waits until the server shows what `main` names.
    private static let settle = """
        settle() {
            local attempt head shown
            head=$(git -C "$REPOSITORY" rev-parse main)
            for ((attempt = 0; attempt < 500; attempt++)); do
                shown=$(curl --silent --output /dev/null --write-out '%header{x-state-revision}' \\
                    --header "Authorization: Bearer $TOKEN" "$ADDRESS/api/control-plane/agents")
                if [ "$shown" = "$head" ]; then return 0; fi
            done
            echo "main is at $head, but the server shows $shown"
            return 1
        }
        """
}
