import SystemPackage

/// Descriptors that must be free before a process is started.
///
/// Starting one takes about a dozen. Subprocess ends the whole program when it gets only some of them (`IODescriptor` was not
/// closed), so that whoever holds many connections could end the server by a fetch.
enum DescriptorMargin {
    /// Beside what a process takes, for what others open in the same moment.
    static let minimumFree = 64

    /// Sees whether there are enough, by taking them for a moment.
    ///
    /// - Throws: ``GitServiceError/Code/busy``.
    static func check() throws(GitServiceError) {
        var taken: [FileDescriptor] = []
        var isEnough = true
        while isEnough, taken.count < minimumFree {
            do {
                taken.append(try FileDescriptor.open("/dev/null", .readOnly, options: .closeOnExec))
            } catch {
                isEnough = false
            }
        }
        for descriptor in taken {
            do { try descriptor.close() } catch { continue }
        }
        guard isEnough else {
            throw GitServiceError(.busy, "Too many files and connections are open; try again in a few seconds.")
        }
    }
}
