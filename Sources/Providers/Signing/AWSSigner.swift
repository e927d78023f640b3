import Crypto
package import Foundation

/// Keys of an account of AWS, and what they sign for.
package struct AWSKeys: Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String?
    package let region: String
    package let service: String

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String?, region: String, service: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.region = region
        self.service = service
    }
}

/// AWS Signature Version 4 (IAM User Guide, "Create a signed AWS API request").
package struct AWSSigner: Sendable {
    private static let algorithm = "AWS4-HMAC-SHA256"

    private let keys: AWSKeys
    private let time: String

    package init(keys: AWSKeys, now: Date) {
        self.keys = keys
        self.time = Self.basicTime(now)
    }

    /// The headers that sign a request: `x-amz-date`, the session token, `authorization`.
    ///
    /// - Parameters:
    ///   - target: path and query; both are escaped already, as they are sent.
    ///   - headers: what is signed beside the time, among it `host`; names in lower case.
    package func headers(
        method: String,
        target: String,
        headers: [(String, String)],
        body: [UInt8]
    ) -> [(name: String, value: String)] {
        var added = [(name: "x-amz-date", value: time)]
        if let token = keys.sessionToken { added.append(("x-amz-security-token", token)) }
        let all = (headers + added.map { ($0.name, $0.value) }).sorted { $0.0 < $1.0 }
        let names = all.map(\.0).joined(separator: ";")
        let canonical = Self.canonical(method, target, all, names, body)
        let scope = [date, keys.region, keys.service, "aws4_request"].joined(separator: "/")
        let text = [Self.algorithm, time, scope, Self.hex(SHA256.hash(data: Data(canonical.utf8)))]
        let signature = Self.hex(signature(of: text.joined(separator: "\n")))
        let authorization =
            "\(Self.algorithm) Credential=\(keys.accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return added + [("authorization", authorization)]
    }

    private var date: String { String(time.prefix(8)) }

    private static func canonical(
        _ method: String,
        _ target: String,
        _ headers: [(String, String)],
        _ names: String,
        _ body: [UInt8]
    ) -> String {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? parts[1].split(separator: "&").sorted().joined(separator: "&") : ""
        let lines = headers.map { "\($0.0):\($0.1)\n" }.joined()
        return [method, String(parts[0]), query, lines, names, hex(SHA256.hash(data: body))].joined(separator: "\n")
    }

    private func signature(of text: String) -> HMAC<SHA256>.MAC {
        var key = SymmetricKey(data: Data("AWS4\(keys.secretAccessKey)".utf8))
        for part in [date, keys.region, keys.service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        return HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? digit + 48 : digit + 87) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// In the form `20150830T123600Z`.
    private static func basicTime(_ date: Date) -> String {
        let text = date.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted))
        return text
    }
}
