import Foundation
import Secrets
import Synchronization
import TestSupport

/// A folder with secrets, and what remembers their generation.
struct SecretsFixture {
    let directory: URL
    let witness = MemoryWitness()

    static let author = SecretsDocument.Author(name: "operator:1", time: 1_700_000_000)

    var path: String { directory.path }
    var file: URL { directory.appending(path: "secrets.age") }
    var previous: URL { directory.appending(path: "secrets.age.previous") }
    var key: URL { directory.appending(path: "secrets.key") }

    func configuration(instance: String = "one", recipients: [AgeRecipient] = []) -> SecretsStore.Configuration {
        SecretsStore.Configuration(folder: path, recipients: recipients, instance: instance)
    }

    /// Starts as a server does.
    func start(
        _ faults: SecretsFaults = .none,
        instance: String = "one",
        recipients: [AgeRecipient] = []
    ) throws -> SecretsStore.Start {
        let configuration = configuration(instance: instance, recipients: recipients)
        return try SecretsStore.start(configuration, witness: witness, faults: faults)
    }

    func identity() throws -> AgeIdentity {
        let text = String(decoding: try bytes(key), as: UTF8.self)
        return try AgeIdentity(text.split(separator: "\n").last ?? "")
    }

    func bytes(_ url: URL) throws -> [UInt8] { Array(try Data(contentsOf: url)) }

    /// Puts content in place of a file as an operator would, for its owner alone.
    func put(_ content: [UInt8], _ url: URL) throws {
        try Data(content).write(to: url, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
    }

    static func with(_ body: (SecretsFixture) async throws -> Void) async throws {
        try await withTemporaryDirectory { try await body(SecretsFixture(directory: $0)) }
    }

    /// The code of what a body throws.
    static func code(_ body: () async throws -> some Any) async -> SecretsError.Code? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? SecretsError)?.code
        }
    }
}

/// Remembers in memory, as a database would over restarts.
final class MemoryWitness: SecretsWitness {
    private let kept = Mutex<SecretsTestimony?>(nil)
    private let told = Mutex<[SecretsNote]>([])

    /// What the audit log would say.
    var log: [SecretsNote] { told.withLock { $0 } }

    func testimony() -> SecretsTestimony? { kept.withLock { $0 } }

    func record(_ testimony: SecretsTestimony) {
        let before = kept.withLock { kept in
            defer { kept = testimony }
            return kept
        }
        if let before, before.next != nil, before.next == testimony.present {
            told.withLock { $0 += before.notes }
        }
    }

    func forget() { kept.withLock { $0 = nil } }
}

extension SecretsStore {
    /// Sets a secret by the text of its id.
    func set(_ id: String, _ text: String) throws {
        guard let id = SecretID(id), let value = SecretValue(text) else {
            throw ChildProcess.Failure(description: "bad test")
        }
        try change { document throws(SecretsError) in
            try document.set(id, to: value, by: SecretsFixture.author)
            return ()
        }
    }

    /// The text of a secret as readers see it.
    nonisolated func text(_ id: String) -> String? {
        SecretID(id).flatMap { board.current.document?.entries[$0]?.value.exposed() }
    }

    nonisolated var distrust: SecretsDistrust? {
        if case .untrusted(let distrust) = board.current.status { distrust } else { nil }
    }
}
