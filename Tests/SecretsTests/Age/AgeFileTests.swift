import Foundation
import Secrets
import TestSupport
import Testing

@Suite("An age file")
struct AgeFileTests {
    private static let chunk = 64 << 10

    @Test(
        "gives each of its recipients what was sealed",
        arguments: [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk],
        [1, 2, 20]
    )
    func roundTrip(length: Int, count: Int) throws {
        let identities = (0..<count).map { _ in AgeIdentity() }
        let content = Self.content(length)
        let file = try AgeFile.seal(content, to: identities.map(\.recipient))
        for identity in identities.suffix(2) { #expect(try AgeFile.open(file, with: [identity]) == content) }
        #expect(try AgeFile.open(AgeArmour.encode(file), with: identities) == content)
    }

    @Test("is opened by age", arguments: [0, 1, chunk - 1, chunk, chunk + 1, 200_000], [1, 2, 20])
    func openedByAge(length: Int, count: Int) async throws {
        try await withTemporaryDirectory { directory in
            let identities = (0..<count).map { _ in AgeIdentity() }
            let content = Self.content(length)
            let file = try AgeFile.seal(content, to: identities.map(\.recipient))
            let age = RealAge(directory: directory)
            for file in [file, AgeArmour.encode(file)] {
                #expect(try age.open(file, with: identities[count - 1]) == content)
            }
        }
    }

    @Test("of age is opened", arguments: [0, 1, chunk, chunk + 1, 200_000], [false, true])
    func madeByAge(length: Int, isArmoured: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let age = RealAge(directory: directory)
            let text = try #require(try age.newIdentity().split(separator: "\n").last)
            let (first, second) = (try AgeIdentity(text), AgeIdentity())
            let content = Self.content(length)
            let file = try age.seal(content, to: [second.recipient, first.recipient], armoured: isArmoured)
            #expect(try AgeFile.open(file, with: [first]) == content)
            #expect(try AgeFile.open(file, with: [AgeIdentity(), second]) == content)
        }
    }

    @Test("that age sealed under a passphrase is opened by it alone")
    func passphraseOfAge() throws {
        let file = Array(Self.passphraseFile.utf8)
        let passphrase = try #require(SecretValue("correct horse"))
        #expect(try AgeFile.open(file, passphrase: passphrase) == Array("hello from age".utf8))
        let other = try #require(SecretValue("correct horsf"))
        #expect(Self.code { try AgeFile.open(file, passphrase: other) } == .passphraseWrong)
        #expect(Self.code { try AgeFile.open(file, with: [AgeIdentity()]) } == .noIdentity)
    }

    @Test("under a passphrase gives back what was sealed")
    func passphrase() throws {
        let passphrase = try #require(SecretValue("pässwörd 🔑"))
        let factor = try #require(AgeWorkFactor(exponent: 10))
        let file = try AgeFile.seal([1, 2, 3], passphrase: passphrase, workFactor: factor)
        #expect(try AgeFile.open(file, passphrase: passphrase) == [1, 2, 3])
    }

    @Test("for somebody else is not opened")
    func stranger() throws {
        let file = try AgeFile.seal([1], to: [AgeIdentity().recipient])
        #expect(Self.code { try AgeFile.open(file, with: [AgeIdentity(), AgeIdentity()]) } == .noIdentity)
        #expect(Self.code { try AgeFile.open(file, with: []) } == .noIdentity)
        let passphrase = try #require(SecretValue("x"))
        #expect(Self.code { try AgeFile.open(file, passphrase: passphrase) } == .noIdentity)
    }

    @Test("with any bit changed, or cut anywhere, is refused whole")
    func damage() throws {
        let identity = AgeIdentity()
        let content = Self.content(500)
        let file = try AgeFile.seal(content, to: [identity.recipient, AgeIdentity().recipient])
        for index in file.indices {
            var changed = file
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(Self.code { try AgeFile.open(changed, with: [identity]) } != nil, "byte \(index)")
            #expect(Self.code { try AgeFile.open(Array(file[..<index]), with: [identity]) } != nil, "cut at \(index)")
        }
    }

    @Test("whose chunks were cut off, moved, doubled or extended is refused")
    func chunks() throws {
        let identity = AgeIdentity()
        let file = try AgeFile.seal(Self.content(3 * Self.chunk), to: [identity.recipient])
        let sealed = Self.chunk + 16
        let start = file.count - 3 * sealed
        let (head, chunks) = (file[..<start], (0..<3).map { file[(start + $0 * sealed)..<(start + ($0 + 1) * sealed)] })
        func code(_ parts: [ArraySlice<UInt8>]) -> AgeError.Code? {
            Self.code { try AgeFile.open(Array((head + parts.joined())), with: [identity]) }
        }
        #expect(code(chunks) == nil)
        #expect(code([chunks[0], chunks[1]]) == .truncated)
        #expect(code([chunks[0]]) == .truncated)
        #expect(code([chunks[1], chunks[0], chunks[2]]) == .payloadUnauthenticated)
        #expect(code([chunks[0], chunks[0], chunks[1], chunks[2]]) == .payloadUnauthenticated)
        #expect(code(chunks + [[0]]) == .payloadUnauthenticated)
        #expect(code(chunks + [chunks[2]]) == .payloadUnauthenticated)
        #expect(code([]) == .truncated)
        let other = try AgeFile.seal(Self.content(3 * Self.chunk), to: [identity.recipient])
        #expect(code([chunks[0], chunks[1], other.suffix(sealed)]) == .payloadUnauthenticated)
    }

    @Test("of more than the limit is neither made nor opened")
    func size() throws {
        let identity = AgeIdentity()
        let tooLarge = [UInt8](repeating: 0, count: AgeFile.maximumSize + 1)
        #expect(Self.code { try AgeFile.seal(tooLarge, to: [identity.recipient]) } == .tooLarge)
        let file = [UInt8](repeating: 0, count: AgeFile.maximumSize / 3 * 4 + (64 << 10) + 1)
        #expect(Self.code { try AgeFile.open(file, with: [identity]) } == .tooLarge)
        let many = [AgeRecipient](repeating: identity.recipient, count: 65)
        #expect(Self.code { try AgeFile.seal([], to: many) } == .tooManyRecipients)
        #expect(Self.code { try AgeFile.seal([], to: []) } == .tooManyRecipients)
        #expect(try AgeFile.open(AgeFile.seal([7], to: Array(many.dropLast())), with: [identity]) == [7])
    }

    static func content(_ length: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    static func code(_ body: () throws -> some Any) -> AgeError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? AgeError)?.code
        }
    }

    /// Made by age 1.1.1: `printf 'hello from age' | age -p -a`, with the passphrase “correct horse”.
    private static let passphraseFile = """
        -----BEGIN AGE ENCRYPTED FILE-----
        YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBaRjY2R202SU1vNnRFNFBR
        YnZWUWVBIDE4CmdDUEhUMk1xK0FKc0c3YWhEVExFZ0JCUjdWK2F4a2xuMDJhZk41
        dDAxNWMKLS0tIGV1WUpJMG1ySkFqWEcxTUhYWGJxWjlPMEhMeVZwYXpRK3cxbGR6
        WWxMdEEKgshi5R4YyCWUtPrDamEvNApn8hg685lAF00TMj98/mGmZlKkk5td1AXk
        HhOrbA==
        -----END AGE ENCRYPTED FILE-----

        """
}
