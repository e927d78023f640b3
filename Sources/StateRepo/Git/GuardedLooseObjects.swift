import CLibgit2

/// An object database backend that reads loose objects itself and leaves everything else to libgit2's own backend.
///
/// Why: see ``LooseObjectFile``. A damaged file is `GIT_EMISMATCH`, which becomes ``GitError/Code/corrupt``.
final class GuardedLooseObjects {
    typealias Backend = UnsafeMutablePointer<git_odb_backend>

    private let directory: String
    /// libgit2's backend for the same directory: existence, enumeration and writing.
    private let files: Backend

    private init(directory: String, files: Backend) {
        self.directory = directory
        self.files = files
    }

    deinit { files.pointee.free(files) }

    /// A backend for the objects in `directory`; the database that it is added to frees it.
    static func backend(directory: String) throws(GitError) -> Backend {
        let files: Backend = try checkOwned("open loose objects") {
            git_odb_backend_loose(&$0, directory, compressionLevel, flush, 0, 0)
        }
        let wrapper = UnsafeMutablePointer<clibgit2_backend>.allocate(capacity: 1)
        wrapper.initialize(to: clibgit2_backend())
        let guarded = GuardedLooseObjects(directory: directory, files: files)
        wrapper.pointee.context = Unmanaged.passRetained(guarded).toOpaque()
        let backend = UnsafeMutableRawPointer(wrapper).assumingMemoryBound(to: git_odb_backend.self)
        backend.pointee.version = UInt32(GIT_ODB_BACKEND_VERSION)
        installReading(in: backend)
        installForwarding(in: backend)
        return backend
    }

    /// For speed: maintenance compresses again.
    private static let compressionLevel: Int32 = 1
    private static let flush: Int32 = 1

    /// The object behind a backend that libgit2 hands to a callback.
    private static func owner(of backend: Backend?) -> GuardedLooseObjects? {
        backend.flatMap { backend in
            UnsafeMutableRawPointer(backend).assumingMemoryBound(to: clibgit2_backend.self).pointee.context
        }.map { Unmanaged<GuardedLooseObjects>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension GuardedLooseObjects {
    private static func installReading(in backend: Backend) {
        backend.pointee.read = { content, size, type, backend, id in
            guard let owner = GuardedLooseObjects.owner(of: backend), let id else { return GIT_ERROR.rawValue }
            return owner.read(AnyObjectID(raw: id.pointee), for: backend, content, size, type)
        }
        backend.pointee.read_prefix = { found, content, size, type, backend, prefix, length in
            guard let owner = GuardedLooseObjects.owner(of: backend), let found else { return GIT_ERROR.rawValue }
            let status = owner.files.pointee.exists_prefix(found, owner.files, prefix, length)
            guard status >= 0 else { return status }
            return owner.read(AnyObjectID(raw: found.pointee), for: backend, content, size, type)
        }
        backend.pointee.read_header = { size, type, backend, id in
            guard let owner = GuardedLooseObjects.owner(of: backend), let id else { return GIT_ERROR.rawValue }
            return owner.readHeader(AnyObjectID(raw: id.pointee), size, type)
        }
    }

    private static func installForwarding(in backend: Backend) {
        backend.pointee.write = { backend, id, content, size, type in
            guard let files = GuardedLooseObjects.owner(of: backend)?.files else { return GIT_ERROR.rawValue }
            return files.pointee.write(files, id, content, size, type)
        }
        // libgit2 tries a failed write again as a stream, finds the object there, and calls it written although the
        // flush of its directory failed. Here a failed write fails, with the error that it left.
        backend.pointee.writestream = { _, _, _, _ in GIT_ERROR.rawValue }
        backend.pointee.exists = { backend, id in
            guard let files = GuardedLooseObjects.owner(of: backend)?.files else { return 0 }
            return files.pointee.exists(files, id)
        }
        backend.pointee.exists_prefix = { found, backend, prefix, length in
            guard let files = GuardedLooseObjects.owner(of: backend)?.files else { return GIT_ERROR.rawValue }
            return files.pointee.exists_prefix(found, files, prefix, length)
        }
        backend.pointee.freshen = { backend, id in
            guard let files = GuardedLooseObjects.owner(of: backend)?.files else { return GIT_ERROR.rawValue }
            return files.pointee.freshen(files, id)
        }
        backend.pointee.foreach = { backend, visit, payload in
            guard let files = GuardedLooseObjects.owner(of: backend)?.files else { return GIT_ERROR.rawValue }
            return files.pointee.foreach(files, visit, payload)
        }
        backend.pointee.free = { backend in
            guard let backend else { return }
            let wrapper = UnsafeMutableRawPointer(backend).assumingMemoryBound(to: clibgit2_backend.self)
            wrapper.pointee.context.map { Unmanaged<GuardedLooseObjects>.fromOpaque($0).release() }
            wrapper.deallocate()
        }
    }

    /// Gives libgit2 the object in memory that it will free.
    private func read(
        _ id: AnyObjectID,
        for backend: Backend?,
        _ content: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        _ size: UnsafeMutablePointer<Int>?,
        _ type: UnsafeMutablePointer<git_object_t>?
    ) -> Int32 {
        status(of: id) { (file) throws(LooseObjectFile.Damage) in
            let bytes = try file.content()
            // Readers of libgit2 may rely on a NUL behind the content.
            guard let memory = git_odb_backend_data_alloc(backend, bytes.count + 1) else {
                throw LooseObjectFile.Damage(reason: "does not fit into memory")
            }
            bytes.withUnsafeBytes {
                memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: $0.count)
            }
            memory.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
            content?.pointee = memory
            size?.pointee = bytes.count
            type?.pointee = file.type
        }
    }

    private func readHeader(
        _ id: AnyObjectID,
        _ size: UnsafeMutablePointer<Int>?,
        _ type: UnsafeMutablePointer<git_object_t>?
    ) -> Int32 {
        status(of: id) { file in
            size?.pointee = file.size
            type?.pointee = file.type
        }
    }

    /// Opens the object's file for `body` and says how that went in libgit2's terms.
    private func status(
        of id: AnyObjectID,
        _ body: (LooseObjectFile) throws(LooseObjectFile.Damage) -> Void
    ) -> Int32 {
        let name = id.description
        do {
            let path = "\(directory)/\(name.prefix(2))/\(name.dropFirst(2))"
            let compressed = try FileSystem.contents(of: path, maximum: LooseObjectFile.maximumFileSize)
            do throws(LooseObjectFile.Damage) {
                try body(LooseObjectFile(compressed: compressed))
                return GIT_OK.rawValue
            } catch {
                git_error_set_str(Int32(GIT_ERROR_ODB.rawValue), "loose object \(name) \(error.reason)")
                return GIT_EMISMATCH.rawValue
            }
        } catch {
            git_error_set_str(Int32(GIT_ERROR_OS.rawValue), error.message)
            switch error.code {
            case .notFound: return GIT_ENOTFOUND.rawValue
            case .corrupt: return GIT_EMISMATCH.rawValue
            default: return GIT_ERROR.rawValue
            }
        }
    }
}
