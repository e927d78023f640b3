import CryptoExtras
import Documents
import Foundation
import Providers
import Testing

@Suite("AWS Signature Version 4")
struct AWSSignerTests {
    private func signature(
        _ method: String,
        _ target: String,
        headers: [(String, String)] = [("host", "example.amazonaws.com")],
        body: String = "",
        token: String? = nil,
        service: String = "service"
    ) -> (authorization: String?, names: [String]) {
        let keys = AWSKeys(
            accessKeyID: "AKIDEXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            sessionToken: token,
            region: "us-east-1",
            service: service
        )
        let signed = AWSSigner(keys: keys, now: vectorTime)
            .headers(method: method, target: target, headers: headers, body: Array(body.utf8))
        return (signed.first { $0.name == "authorization" }?.value, signed.map(\.name))
    }

    private func expected(_ names: String, _ signature: String, service: String = "service") -> String {
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(service)/aws4_request, SignedHeaders=\(names), "
            + "Signature=\(signature)"
    }

    @Test("signs the vectors of AWS's test suite")
    func vectors() {
        #expect(
            signature("GET", "/").authorization
                == expected(
                    "host;x-amz-date",
                    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
                )
        )
        #expect(
            signature("GET", "/?Param2=value2&Param1=value1").authorization
                == expected(
                    "host;x-amz-date",
                    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
                )
        )
        #expect(
            signature("POST", "/").authorization
                == expected(
                    "host;x-amz-date",
                    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
                )
        )
        #expect(
            signature(
                "POST",
                "/",
                headers: [
                    ("host", "example.amazonaws.com"), ("content-type", "application/x-www-form-urlencoded"),
                ],
                body: "Param1=value1"
            ).authorization
                == expected(
                    "content-type;host;x-amz-date",
                    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
                )
        )
    }

    @Test("signs the example of the IAM User Guide")
    func guide() {
        let answer = signature(
            "GET",
            "/?Action=ListUsers&Version=2010-05-08",
            headers: [
                ("host", "iam.amazonaws.com"), ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ],
            service: "iam"
        )
        #expect(
            answer.authorization
                == expected(
                    "content-type;host;x-amz-date",
                    "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
                    service: "iam"
                )
        )
        #expect(answer.names == ["x-amz-date", "authorization"])
    }

    @Test("sends and signs a session token")
    func sessionToken() throws {
        let answer = signature("GET", "/", token: "a/token")
        #expect(answer.names == ["x-amz-date", "x-amz-security-token", "authorization"])
        #expect(try #require(answer.authorization).contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"))
    }
}

@Suite("The key of a Google service account")
struct ServiceAccountKeyTests {
    static let privateKey = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    static func file(_ changes: [String: JSONValue?] = [:]) throws -> String {
        var file: JSONObject = [
            "type": "service_account", "private_key_id": "key-1",
            "private_key": .string(try privateKey.get().pkcs8PEMRepresentation),
            "client_email": "agent@project.iam.gserviceaccount.com",
        ]
        for (name, value) in changes { file[name] = value }
        var bytes: [UInt8] = []
        JSONValue.object(file).write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("signs an assertion that its public half verifies")
    func assertion() throws {
        let key = try ServiceAccountKey(parsing: Self.file())
        let token = try key.assertion(audience: "https://a.example/token", scope: "openid", now: vectorTime)
        let parts = token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let header = try JSONValue(parsing: #require(Base64URL.decode(parts[0])))
        #expect(header == ["alg": "RS256", "typ": "JWT", "kid": "key-1"])
        let claims = try JSONValue(parsing: #require(Base64URL.decode(parts[1])))
        #expect(
            claims == [
                "iss": "agent@project.iam.gserviceaccount.com", "scope": "openid", "aud": "https://a.example/token",
                "iat": 1_440_938_160, "exp": 1_440_938_460,
            ]
        )
        let signature = _RSA.Signing.RSASignature(rawRepresentation: Data(try #require(Base64URL.decode(parts[2]))))
        let content = Data("\(parts[0]).\(parts[1])".utf8)
        let isValid = try Self.privateKey.get().publicKey
            .isValidSignature(signature, for: content, padding: .insecurePKCS1v1_5)
        #expect(isValid)
    }

    @Test("is refused when it is none")
    func refused() throws {
        let broken = [
            "", "{}", "[]", try Self.file(["type": "authorized_user"]), try Self.file(["private_key": nil]),
            try Self.file(["private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]),
            try Self.file(["client_email": 7]), try Self.file() + "x",
        ]
        for text in broken { #expect(throws: VerificationError.self) { try ServiceAccountKey(parsing: text) } }
    }

    @Test("has a longest file")
    func limit() throws {
        let text = try Self.file()
        let padding = ServiceAccountKey.maximumLength - text.utf8.count
        #expect(throws: Never.self) { try ServiceAccountKey(parsing: text + String(repeating: " ", count: padding)) }
        #expect(throws: VerificationError.self) {
            try ServiceAccountKey(parsing: text + String(repeating: " ", count: padding + 1))
        }
    }
}
