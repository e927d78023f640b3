import Foundation
import NIOHTTP2
import NIOSSL
import Synchronization

/// The certificate and the key that the server shows, from two files, which may change while it runs.
package final class TLSCertificate: Sendable {
    /// A file that cannot be used.
    package struct Failure: Error, Hashable, Sendable {
        package enum File: Hashable, Sendable {
            case certificate
            case key
            /// Both are readable, but do not belong together.
            case pair
        }

        package let file: File
        /// What is wrong; without the path.
        package let message: String
    }

    /// By what a change of the files is seen.
    private struct Trace: Hashable {
        struct File: Hashable {
            let number: Int?
            let size: Int?
            let changed: Date?
        }

        /// `nil` for one that is not there.
        var files: [File?] = []
    }

    private struct State {
        var context: NIOSSLContext
        var trace: Trace
        /// A state of the files that was found to be of no use.
        var failed: Trace?
    }

    private let certificatePath: String
    private let keyPath: String
    private let state: Mutex<State>

    /// Reads both files: PEM, the certificate with its chain.
    ///
    /// - Throws: ``Failure``.
    package init(certificatePath: String, keyPath: String) throws(Failure) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        let trace = Self.trace(certificatePath, keyPath)
        let context = try Self.load(certificatePath, keyPath)
        self.state = Mutex(State(context: context, trace: trace))
    }

    /// For the next connection; those that stand keep theirs.
    var context: NIOSSLContext { state.withLock { $0.context } }

    /// Reads the files again when they have changed.
    ///
    /// While they cannot be used, the old certificate stays.
    ///
    /// - Returns: whether there is a new one.
    /// - Throws: ``Failure``, once for each state of the files.
    package func reload() throws(Failure) -> Bool {
        let trace = Self.trace(certificatePath, keyPath)
        let isNews = state.withLock { $0.trace != trace && $0.failed != trace }
        guard isNews else { return false }
        do {
            let context = try Self.load(certificatePath, keyPath)
            state.withLock { $0 = State(context: context, trace: trace) }
            return true
        } catch {
            state.withLock { $0.failed = trace }
            throw error
        }
    }

    private static func load(_ certificatePath: String, _ keyPath: String) throws(Failure) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(bytes(certificatePath, .certificate))
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(file: .certificate, message: "this is no certificate in PEM form")
        }
        guard !chain.isEmpty else { throw Failure(file: .certificate, message: "there is no certificate in it") }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: bytes(keyPath, .key), format: .pem)
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(file: .key, message: "this is no private key in PEM form without a passphrase")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure(file: .pair, message: "the key is not that of the certificate")
        }
    }

    private static func bytes(_ path: String, _ file: Failure.File) throws(Failure) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Failure(file: file, message: "the file cannot be read")
        }
    }

    /// Follows links, as reading does: tools that renew certificates change where they lead.
    private static func trace(_ paths: String...) -> Trace {
        Trace(
            files: paths.map { path in
                let file = URL(filePath: path).resolvingSymlinksInPath().path
                guard let attributes = try? FileManager.default.attributesOfItem(atPath: file) else { return nil }
                return Trace.File(
                    number: attributes[.systemFileNumber] as? Int,
                    size: attributes[.size] as? Int,
                    changed: attributes[.modificationDate] as? Date
                )
            }
        )
    }
}
