import StateRepo

/// A history in the format of git-fast-import(1), on top of the commit that a repository starts with.
struct ImportStream {
    /// The time of the first commit; each further one is a second later.
    private static let start: Int64 = 1_800_000_000

    let identity: ServerIdentity
    private(set) var bytes: [UInt8] = []
    private var count: Int64 = 0

    init(identity: ServerIdentity) { self.identity = identity }

    /// Adds a commit as the server makes them.
    mutating func commit(_ subject: String, files: [(path: String, content: String)]) {
        let trailers = [
            CommitMessage.Trailer("Channel", Channel.api.rawValue),
            CommitMessage.Trailer("Principal", Principal.Identity.operator("ada").description),
            CommitMessage.Trailer("Request-Id", "bench-\(count)"),
        ]
        let time = Self.start + count
        add("commit refs/heads/main\nauthor Ada <ada@example.com> \(time) +0000\n")
        add("committer Gitplane <\(identity.email)> \(time) +0000\n")
        addData(CommitMessage(subject: subject, trailers: trailers).text)
        if count == 0 { add("from refs/heads/main^0\n") }
        for file in files {
            add("M 100644 inline \(file.path)\n")
            addData(file.content)
        }
        count += 1
    }

    private mutating func add(_ text: String) { bytes += text.utf8 }

    private mutating func addData(_ text: String) {
        add("data \(text.utf8.count)\n\(text)\n")
    }
}
