/// Reads the header of an age file, strictly: there is one spelling for each header.
struct AgeHeaderParser {
    private let file: [UInt8]
    private(set) var offset = 0

    init(_ file: [UInt8]) { self.file = file }

    /// The header; ``offset`` stands behind it afterwards.
    ///
    /// - Throws: ``AgeError`` `age.not_age`, `.version_unknown`, `.header_malformed`, `.header_too_large`,
    ///   `.stanza_malformed` or `.too_many_recipients`.
    mutating func header() throws(AgeError) -> AgeHeader {
        try versionLine()
        var stanzas: [AgeStanza] = []
        while true {
            let start = offset
            let line = try line()
            if line.starts(with: "---".utf8) {
                guard !stanzas.isEmpty else { throw AgeError(.header, "the header names no recipient") }
                let authenticated = Array(file[..<(start + 3)])
                return AgeHeader(stanzas: stanzas, mac: try mac(line), authenticated: authenticated)
            }
            guard stanzas.count < AgeHeader.maximumStanzas else {
                throw AgeError(.tooManyRecipients, "a header has at most \(AgeHeader.maximumStanzas) recipients")
            }
            stanzas.append(try stanza(line))
        }
    }

    private mutating func versionLine() throws(AgeError) {
        let expected = Array(AgeHeader.versionLine.utf8)
        if file.starts(with: expected) {
            offset = expected.count
        } else if file.starts(with: "age-encryption.org/".utf8) {
            throw AgeError(.version, "only version 1 of the age format is known")
        } else {
            throw AgeError(.notAge, "this is no age file")
        }
    }

    /// The next line without its end; carriage returns are no part of any line's end.
    private mutating func line() throws(AgeError) -> ArraySlice<UInt8> {
        let window = file[offset..<min(file.count, AgeHeader.maximumSize)]
        guard let end = window.firstIndex(of: UInt8(ascii: "\n")) else {
            guard file.count <= AgeHeader.maximumSize else {
                throw AgeError(.headerTooLarge, "a header has at most \(AgeHeader.maximumSize) bytes")
            }
            throw AgeError(.header, "the header has no end")
        }
        defer { offset = end + 1 }
        return file[offset..<end]
    }

    private func mac(_ line: ArraySlice<UInt8>) throws(AgeError) -> [UInt8] {
        guard line.starts(with: "--- ".utf8), let mac = AgeBase64.decode(line.dropFirst(4)), mac.count == 32 else {
            throw AgeError(.header, "the last line of the header is malformed")
        }
        return mac
    }

    private mutating func stanza(_ line: ArraySlice<UInt8>) throws(AgeError) -> AgeStanza {
        guard line.starts(with: "-> ".utf8) else { throw AgeError(.header, "a recipient has to start with “->”") }
        let words = line.dropFirst(3).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        let isVisible = words.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x21...0x7E).contains($0) } }
        guard isVisible, words.count <= AgeStanza.maximumArguments else {
            throw AgeError(.stanza, "the arguments of a recipient are malformed")
        }
        return AgeStanza(arguments: words.map { String(decoding: $0, as: UTF8.self) }, body: try body())
    }

    private mutating func body() throws(AgeError) -> [UInt8] {
        var text: [UInt8] = []
        while true {
            let line = try line()
            guard line.count <= AgeHeader.columns else { throw AgeError(.stanza, "a line of a recipient is too long") }
            text += line
            guard text.count <= AgeStanza.maximumBody else { throw AgeError(.stanza, "a recipient is too large") }
            if line.count < AgeHeader.columns { break }
        }
        guard let body = AgeBase64.decode(text) else { throw AgeError(.stanza, "a recipient is not base64") }
        return body
    }
}
