import Documents
import Foundation
import TestSupport
import Testing

@Suite("A server that is killed while its owner registers, logs in or logs out")
struct OwnerFaultTests {
    /// What is cut off.
    enum Act: CaseIterable, Sendable {
        case register
        case logIn
        case logOut
    }

    private static let ends = CutOff.each(of: Act.allCases)

    private static let master = String(repeating: "0123456789", count: 4)
    private static let registration = """
        {"email": "ada@example.com", "password": "copper lantern orbit thistle", "setup_code": "CODE"}
        """
    private static let login = #"{"identifier": "ada", "password": "copper lantern orbit thistle"}"#

    @Test("has it done when it was answered, and wholly or not at all when it was not", arguments: ends)
    func sweep(end: CutOff<Act>) async throws {
        try await FaultyFolder.with(powerCuts: end.cutsPower) { folder in
            var server = try Self.start(folder)
            if end.act != .register { #expect(try Self.register(server).status == 201) }
            var rounds = 0
            // Until the act has come to its end before the operation did.
            for operation in stride(from: 1, through: .max, by: FaultyFolder.step ?? 5) {
                let cookie = end.act == .logOut ? try Self.cookie(of: Self.logIn(server)) : nil
                let (isMet, answer) = folder.send(endingAt: operation) { try Self.send(end.act, server, cookie) }
                guard isMet else {
                    #expect(answer?.isSuccess == true, "\(String(describing: answer))")
                    break
                }
                rounds += 1
                try folder.crash(server)
                server = try Self.start(folder)
                try Self.check(end.act, answer, cookie, server, "\(end), operation \(operation)")
                guard end.act == .register else { continue }
                try server.stop()
                for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
                    try FileManager.default.removeItem(at: folder.url.appending(path: name))
                }
                server = try Self.start(folder)
            }
            #expect(rounds > 0)
            print("owner: \(end), ended \(rounds) times")
            try server.stop()
            let found = try server.examine()
            #expect(found.ending == .exited(0) && found.lines("start").isEmpty, "\(found.text)")
        }
    }

    private static func check(
        _ act: Act,
        _ answer: HTTPAnswer?,
        _ session: String?,
        _ server: ServerProcess,
        _ place: Comment
    ) throws {
        switch act {
        case .register:
            let isRegistered = try logIn(server).status == 200
            #expect(isRegistered || answer?.isSuccess != true, place)
            // With the code that is there, unless somebody has registered: then there is none.
            let code = server.folder.appending(path: "setup-code")
            #expect(FileManager.default.fileExists(atPath: code.path) == !isRegistered, place)
            if isRegistered {
                let again = try server.client.api("POST", "auth/register-owner", body: registration)
                #expect(again.status == 409, place)
            } else {
                #expect(try register(server).status == 201, place)
            }
            #expect(try logIn(server).status == 200, place)
        case .logIn:
            if let answer, answer.isSuccess { #expect(try isOpen(cookie(of: answer), server), place) }
            #expect(try isOpen(cookie(of: logIn(server)), server), place)
        case .logOut:
            let session = try #require(session)
            if answer?.isSuccess == true { #expect(try !isOpen(session, server), place) }
        }
    }

    private static func send(_ act: Act, _ server: ServerProcess, _ cookie: String?) throws -> HTTPAnswer {
        switch act {
        case .register: try register(server)
        case .logIn: try logIn(server)
        case .logOut: try server.client.api("POST", "auth/logout", headers: session(cookie ?? ""))
        }
    }

    private static func register(_ server: ServerProcess) throws -> HTTPAnswer {
        let file = server.folder.appending(path: "setup-code")
        let code = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .newlines)
        return try server.client.api("POST", "auth/register-owner", body: registration.replacing("CODE", with: code))
    }

    private static func logIn(_ server: ServerProcess) throws -> HTTPAnswer {
        try server.client.api("POST", "auth/login", body: login)
    }

    /// Whether a session is one that the server knows.
    private static func isOpen(_ cookie: String, _ server: ServerProcess) throws -> Bool {
        try server.client.api("GET", "agents", headers: session(cookie)).status == 200
    }

    /// As a page of the server sends it: a token in `Authorization` would count instead.
    private static func session(_ cookie: String) -> [String: String] {
        ["Authorization": "None", "Cookie": cookie, "Sec-Fetch-Site": "same-origin"]
    }

    private static func cookie(of answer: HTTPAnswer) throws -> String {
        let field = try #require(answer.headers["set-cookie"], "\(answer)")
        return String(field.prefix { $0 != ";" })
    }

    private static func start(_ folder: FaultyFolder) throws -> ServerProcess {
        try folder.start(["CONTROL_PLANE_API_TOKEN": master])
    }
}
