internal import Concurrency
internal import Glibc

/// Files that only their owner may read, in one folder: read with suspicion, written by the side and moved into place.
struct PrivateFolder: Sendable {
    let path: String
    let faults: SecretsFaults

    init(_ path: String, faults: SecretsFaults = .none) {
        self.path = path
        self.faults = faults
    }

    /// Whether a link may stand for the file.
    enum Links { case refused, followed }

    /// The content of a file, or `nil` when there is none.
    ///
    /// - Throws: ``SecretsError`` with `refusal` when it is no file of its owner alone, `secrets.damaged` when it is larger
    ///   than `maximum`, `secrets.unavailable`.
    func read(
        _ name: String,
        maximum: Int,
        links: Links = .refused,
        refusal: SecretsError.Code
    ) throws(SecretsError) -> [UInt8]? {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (links == .refused ? O_NOFOLLOW : 0))
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return nil
            case ELOOP: throw SecretsError(refusal, "\(file) must not be a link")
            default: throw failure("read", name)
            }
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", name) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let remedy = "move it away, and put the file back from a backup"
            throw SecretsError(refusal, "\(file) is a folder or something else that is no file: \(remedy)")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw SecretsError(refusal, "\(file) belongs to another user: chown \(geteuid()) \(file)")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SecretsError(refusal, "\(file) must be its owner's alone: chmod 600 \(file)")
        }
        guard status.st_size <= maximum else { throw SecretsError(.damaged, "\(file) is larger than \(maximum) bytes") }
        return try read(descriptor, name, size: Int(status.st_size))
    }

    private func read(_ descriptor: Int32, _ name: String, size: Int) throws(SecretsError) -> [UInt8] {
        var failure: SecretsError?
        let content = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size, failure == nil {
                let length = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), size - count)
                if length == 0 { break }
                if length > 0 { count += length } else if errno != EINTR { failure = self.failure("read", name) }
            }
        }
        if let failure { throw failure }
        return content
    }

    /// Whether a file is `content`, byte by byte.
    func holds(_ content: [UInt8], in name: String) throws(SecretsError) -> Bool {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("read", name) }
        defer { close(descriptor) }
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count == 0 { return offset == content.count }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw failure("read", name)
            }
            guard offset + count <= content.count else { return false }
            let isSame = piece.withUnsafeBytes { read in
                content.withUnsafeBytes { wanted in
                    UnsafeRawBufferPointer(rebasing: read[..<count])
                        .hasSameBytes(as: UnsafeRawBufferPointer(rebasing: wanted[offset..<(offset + count)]))
                }
            }
            guard isSame else { return false }
            offset += count
        }
    }

    /// Makes a new file, 0600, and brings it to disk; one of that name that a crash left behind is removed first.
    func writeNew(_ content: [UInt8], to name: String) throws(SecretsError) {
        try remove(name)
        let file = "\(path)/\(name)"
        try faults.check(.create, name)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("create", name) }
        defer { close(descriptor) }
        var written = 0
        while written < content.count {
            try faults.check(.write, name)
            let count = content.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), content.count - written)
            }
            if count > 0 { written += count } else if errno != EINTR { throw failure("write", name) }
        }
        try faults.check(.flush, name)
        guard fsync(descriptor) == 0 else { throw failure("flush", name) }
    }

    /// Gives the file `name` a second name, which replaces what had it; nothing happens when there is no such file.
    func keep(_ name: String, as second: String) throws(SecretsError) {
        try faults.check(.keepPrevious, second)
        let draft = "\(path)/\(second).new"
        guard unlink(draft) == 0 || errno == ENOENT else { throw failure("replace", second) }
        guard link("\(path)/\(name)", draft) == 0 else {
            if errno == ENOENT { return }
            throw failure("keep", second)
        }
        guard Glibc.rename(draft, "\(path)/\(second)") == 0 else { throw failure("replace", second) }
        // Two names of one file would make the rename do nothing and leave the draft.
        guard unlink(draft) == 0 || errno == ENOENT else { throw failure("replace", second) }
    }

    func rename(_ name: String, to other: String) throws(SecretsError) {
        try faults.check(.rename, other)
        guard renameFile("\(path)/\(name)", "\(path)/\(other)") else { throw failure("replace", other) }
    }

    func remove(_ name: String) throws(SecretsError) {
        guard unlink("\(path)/\(name)") == 0 || errno == ENOENT else { throw failure("remove", name) }
    }

    /// Brings the names in the folder to disk.
    func flush() throws(SecretsError) {
        try faults.check(.flushFolder, path)
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", "") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("flush", "") }
    }

    private func failure(_ verb: String, _ name: String) -> SecretsError {
        SecretsError(systemCall: errno, "cannot \(verb) \(path)/\(name)")
    }
}

extension SecretsError {
    /// What a failed system call means.
    init(systemCall number: Int32, _ activity: String) {
        let isFull = number == ENOSPC || number == EDQUOT || number == EFBIG
        self.init(isFull ? .storageFull : .unavailable, "\(activity): \(String(cString: strerror(number)))")
    }
}
