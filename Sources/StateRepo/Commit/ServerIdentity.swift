import Documents
package import Foundation

/// Who this server is in the history it writes: `Gitplane <gitplane@INSTANCE>`.
package struct ServerIdentity: Hashable, Sendable {
    /// Lowercase hexadecimal digits, made once for each data folder.
    package let instance: String

    package init(instance: String) { self.instance = instance }

    package var email: String { "gitplane@\(instance)" }

    package func signature(at time: Date) -> Signature {
        Signature(name: "Gitplane", email: email, time: Int64(time.timeIntervalSince1970))
    }

    /// Whether this server made a commit; only then are its trailers believed.
    package func isCommitter(of commit: GitCommit) -> Bool { commit.committer.email.hasSameBytes(as: email) }
}
