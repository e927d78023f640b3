import Foundation
import Secrets
import TestSupport

/// The programs `age` and `age-keygen` of the system, as the oracle.
struct RealAge {
    let directory: URL

    /// Opens a file with an identity.
    func open(_ file: [UInt8], with identity: AgeIdentity) throws -> [UInt8] {
        let (input, key) = (directory.appending(path: UUID().uuidString), directory.appending(path: UUID().uuidString))
        try Data(file).write(to: input)
        try Data((identity.exposed() + "\n").utf8).write(to: key)
        return try run("age", ["-d", "-i", key.path, input.path])
    }

    func seal(_ content: [UInt8], to recipients: [AgeRecipient], armoured: Bool = false) throws -> [UInt8] {
        let input = directory.appending(path: UUID().uuidString)
        try Data(content).write(to: input)
        let names = recipients.flatMap { ["-r", $0.description] }
        return try run("age", (armoured ? ["-a"] : []) + names + [input.path])
    }

    /// The text that `age-keygen` prints.
    func newIdentity() throws -> String { String(decoding: try run("age-keygen", []), as: UTF8.self) }

    func run(_ program: String, _ arguments: [String]) throws -> [UInt8] {
        let errors = directory.appending(path: UUID().uuidString)
        let process = try ChildProcess(
            "/usr/bin/\(program)",
            arguments,
            environment: ["PATH": "/usr/bin:/bin"],
            directory: directory.path,
            errors: .file(errors.path)
        )
        let ending = try process.waitUntilEnd(within: .seconds(60))
        guard ending == .exited(0) else {
            let remarks = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
            throw ChildProcess.Failure(description: "\(program): \(ending): \(remarks)")
        }
        return process.printed
    }
}
