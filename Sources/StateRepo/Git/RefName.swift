import CLibgit2

/// A full ref name such as `refs/heads/main`, valid by git's own rules.
package struct RefName: Hashable, Sendable, CustomStringConvertible {
    /// The longest name that is accepted, in bytes.
    package static let maximumLength = 255

    package let description: String

    /// Takes a full name under `refs/`; components that start with `-` are refused, as they read like options.
    package init?(_ name: some StringProtocol) {
        LibGit2.start
        let name = String(name)
        let components = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        var isValid: Int32 = 0
        guard name.utf8.count <= Self.maximumLength, components.count > 1, components[0].elementsEqual("refs".utf8),
            !components.contains(where: { $0.first == UInt8(ascii: "-") }), !name.utf8.contains(0),
            git_reference_name_is_valid(&isValid, name) == 0, isValid == 1
        else { return nil }
        self.description = name
    }

    /// The branch `refs/heads/<branch>`.
    package init?(branch: some StringProtocol) { self.init("refs/heads/\(branch)") }

    private init(constant name: StaticString) { self.description = "\(name)" }

    /// The state.
    package static let main = RefName(constant: "refs/heads/main")
    /// Where the working tree's own commits appear.
    package static let worktree = RefName(constant: "refs/heads/worktree")
    /// The ledger of published definitions.
    package static let releases = RefName(constant: "refs/gitplane/releases")
    /// Who pushed.
    package static let notes = RefName(constant: "refs/notes/gitplane")
}

/// A ref and the object it names.
package struct GitReference: Hashable, Sendable {
    package let name: RefName
    package let target: AnyObjectID
}
