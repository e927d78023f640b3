/// The media types that bodies of requests may have.
package enum MediaType: String, Sendable, CaseIterable {
    case json = "application/json"
    /// RFC 7396.
    case mergePatch = "application/merge-patch+json"
    /// RFC 6902.
    case jsonPatch = "application/json-patch+json"

    /// Reads a `Content-Type` (RFC 9110, section 8.3.1); the only parameter it may have is `charset=utf-8`.
    package init?(contentType: String) {
        let parts = contentType.utf8[...].split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        guard let name = parts.first?.trimmingBlanks(), parts.count <= 2,
            let type = Self.allCases.first(where: { name.equalsIgnoringCase($0.rawValue) })
        else { return nil }
        if parts.count == 2 {
            let parameter = parts[1].trimmingBlanks()
            guard parameter.equalsIgnoringCase("charset=utf-8") || parameter.equalsIgnoringCase("charset=\"utf-8\"")
            else { return nil }
        }
        self = type
    }
}

extension Substring.UTF8View {
    /// Whether the bytes are those of `text`, ASCII letters without regard to case.
    func equalsIgnoringCase(_ text: String) -> Bool {
        count == text.utf8.count && zip(self, text.utf8).allSatisfy { $0.asciiLowercase == $1.asciiLowercase }
    }
}

extension UInt8 {
    var asciiLowercase: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
