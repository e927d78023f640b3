internal import NIOSSL

/// The certificates by which a server proves who it is.
package struct TrustedAuthorities: Sendable {
    let certificates: [NIOSSLCertificate]

    /// Reads a file of certificates in PEM form: of authorities, or of the server itself.
    ///
    /// - Throws: ``ControlFailure`` `unusable`.
    package init(file path: String) throws(ControlFailure) {
        do {
            self.certificates = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw ControlFailure(.unusable, "\(path) cannot be read as certificates in PEM form")
        }
        guard !certificates.isEmpty else { throw ControlFailure(.unusable, "\(path) holds no certificate") }
    }
}
