extension IdentityFile {
    /// A rotation of the identity that was cut off, as the secrets file tells of it.
    enum Rotation: Sendable {
        case none
        /// The secrets file is sealed to the new identity, which is still beside the old one.
        case sealed(Content)
        /// The new identity was written, and nothing was ever sealed to it.
        case unused
    }

    /// A copy of the identity, for a copy of the secrets file.
    package struct Copy: Sendable {
        package let identity: [UInt8]
        /// The identity of a rotation that was cut off, where only passphrases tell which of the two opens the file.
        package let next: [UInt8]?
    }

    /// A rotation writes the new identity beside the old one, then the secrets file, then moves the identity: whichever of
    /// the two the file fits is the right one.
    ///
    /// - Parameters:
    ///   - sealed: the secrets file.
    ///   - identity: what is in the identity's file.
    func rotation(to sealed: [UInt8], from identity: AgeIdentity) throws(SecretsError) -> Rotation {
        switch try readNext() {
        case nil: .none
        case .plain(let next)? where next.opens(sealed): .sealed(.plain(next))
        case .locked(let next)? where !identity.opens(sealed): .sealed(.locked(next))
        case .plain?, .locked?: .unused
        }
    }

    /// The identity that opens a secrets file.
    ///
    /// - Parameter sealed: the secrets file; `nil` where there is none.
    /// - Returns: `nil` when there is no identity.
    /// - Throws: ``SecretsError`` `secrets.identity_wrong` when it does not open the file, as far as that can be tried; and as
    ///   a start does.
    package func copy(for sealed: [UInt8]?) throws(SecretsError) -> Copy? {
        guard let content = try read() else { return nil }
        let copy = Copy(identity: Self.bytes(content), next: nil)
        guard let sealed else { return copy }
        switch content {
        case .plain(let identity):
            if case .sealed(let next) = try rotation(to: sealed, from: identity) {
                return Copy(identity: Self.bytes(next), next: nil)
            }
            guard identity.opens(sealed) else {
                throw SecretsError(.identityWrong, "the identity in \(path) does not open \(SecretsFile.name)")
            }
            return copy
        case .locked:
            switch try readNext() {
            case nil: return copy
            case .plain(let next)?:
                return next.opens(sealed) ? Copy(identity: Self.bytes(.plain(next)), next: nil) : copy
            case .locked(let next)?: return Copy(identity: copy.identity, next: next)
            }
        }
    }
}

extension AgeIdentity {
    /// Whether a secrets file is sealed to it.
    func opens(_ sealed: [UInt8]) -> Bool {
        do { return try !AgeFile.open(sealed, with: [self]).isEmpty } catch { return false }
    }
}
