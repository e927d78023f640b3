import CLibgit2

/// Who commits in a working tree, as its own configuration says.
package struct CheckoutUser: Hashable, Sendable {
    package let name: String
    package let email: String

    /// `nil` when git could not write them into a commit.
    package init?(name: String, email: String) {
        guard Signature(name: name, email: email, time: 0).fault == nil else { return nil }
        self.init(known: name, email: email)
    }

    /// Takes a name and an address that certainly fit.
    package init(known name: String, email: String) {
        self.name = name
        self.email = email
    }
}

extension GitCheckout {
    /// `user.name` and `user.email` of this clone's own configuration, when both are set and fit into a commit.
    package borrowing func user() throws(GitError) -> CheckoutUser? {
        let configuration: OpaquePointer = try checkOwned("read configuration") {
            git_repository_config_snapshot(&$0, pointer)
        }
        defer { git_config_free(configuration) }
        guard let name = try Self.text("user.name", configuration),
            let email = try Self.text("user.email", configuration)
        else { return nil }
        return CheckoutUser(name: name, email: email)
    }

    private static func text(_ key: String, _ configuration: OpaquePointer) throws(GitError) -> String? {
        var value: UnsafePointer<CChar>?
        do {
            try check("read configuration", git_config_get_string(&value, configuration, key))
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
        return value.map { String(cString: $0) }
    }

    /// The bytes of a file as `git add` would store them: line ends by `.gitattributes`.
    package borrowing func cleaned(_ content: [UInt8], at path: EntryPath) throws(GitError) -> [UInt8] {
        // Line ends are all that the filters of this library change, and of those only a carriage return is one.
        guard content.contains(UInt8(ascii: "\r")), let text = path.text else { return content }
        var filters: OpaquePointer?
        try check("read attributes", git_filter_list_load(&filters, pointer, nil, text, GIT_FILTER_TO_ODB, 0))
        guard let filters else { return content }
        defer { git_filter_list_free(filters) }
        var buffer = git_buf()
        defer { git_buf_dispose(&buffer) }
        let status = content.withUnsafeBytes { bytes in
            git_filter_list_apply_to_buffer(&buffer, filters, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        }
        try check("apply attributes", status)
        return Array(UnsafeRawBufferPointer(start: buffer.ptr, count: buffer.size))
    }
}
