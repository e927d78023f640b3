/// The version of this program; its first part is that of the HTTP contract.
enum ProgramVersion {
    static let current = "1.0.0"
}
