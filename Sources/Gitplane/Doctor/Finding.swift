/// One thing that an examination of a data folder has to say.
struct Finding: Hashable, Sendable {
    /// Who has to do something about it.
    enum Concern: String, Sendable {
        /// Nobody.
        case fine = "ok   "
        /// The next start does it by itself.
        case start = "start"
        /// A person.
        case person = "you  "
    }

    let concern: Concern
    /// What it is about: a path within the data folder, or a word.
    let subject: String
    let message: String

    init(_ concern: Concern, _ subject: String, _ message: String) {
        self.concern = concern
        self.subject = subject
        self.message = message
    }

    var line: String { "\(concern.rawValue)  \(subject): \(message)" }
}
