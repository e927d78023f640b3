import Foundation

/// etcd with one member, asked through its JSON gateway.
struct EtcdServer {
    let port: Int
    private let child: ChildProgram

    /// - Parameter folder: where it keeps its data.
    /// - Returns: `nil` when etcd is not installed.
    init?(in folder: String) throws {
        guard let program = ChildProgram.path(of: "etcd") else { return nil }
        self.port = try LoopbackSocket.freePort()
        let peers = "http://127.0.0.1:\(try LoopbackSocket.freePort())"
        let clients = "http://127.0.0.1:\(port)"
        child = try ChildProgram(
            program,
            [
                "--data-dir", folder, "--listen-client-urls", clients, "--advertise-client-urls", clients,
                "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
                "--initial-cluster", "default=\(peers)", "--log-level", "error",
            ]
        )
        do {
            try waitUntilReady()
        } catch {
            child.stop()
            throw error
        }
    }

    func stop() { child.stop() }

    static func put(_ key: String, _ value: String) -> RequestBytes {
        .post("/v3/kv/put", json: #"{"key":"\#(encoded(key))","value":"\#(encoded(value))"}"#)
    }

    /// Puts all of them, in one transaction.
    static func puts(_ pairs: [(key: String, value: String)]) -> RequestBytes {
        let puts = pairs.map { key, value in
            #"{"request_put":{"key":"\#(encoded(key))","value":"\#(encoded(value))"}}"#
        }
        return .post("/v3/kv/txn", json: #"{"success":[\#(puts.joined(separator: ","))]}"#)
    }

    static func get(_ key: String) -> RequestBytes { .post("/v3/kv/range", json: #"{"key":"\#(encoded(key))"}"#) }

    static func watch(_ key: String) -> WatcherSockets.Form {
        WatcherSockets.Form(
            request: .post("/v3/watch", json: #"{"create_request":{"key":"\#(encoded(key))"}}"#),
            beginning: #""created":true"#,
            change: #""events":"#
        )
    }

    private static func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private func waitUntilReady() throws {
        let end = ContinuousClock.now + .seconds(20)
        while true {
            do {
                var connection = try HTTPConnection(port: port)
                try connection.exchange(Self.put("ready", "yes"))
                return
            } catch {
                guard ContinuousClock.now < end else { throw BenchError("etcd does not start: \(error)") }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }
}
