import Glibc

/// One connection to this machine that is kept open; calls block.
///
/// It understands just what the measured servers send: answers of at most 1 MiB with `Content-Length`, or in chunks, which are left
/// as they came.
struct HTTPConnection: ~Copyable {
    /// What came back.
    struct Answer {
        let status: Int
        /// Where the body stands in the buffer.
        let body: Range<Int>
    }

    private static let capacity = 1 << 20
    private static let headEnd = Array("\r\n\r\n".utf8)
    private static let chunksEnd = Array("\r\n0\r\n\r\n".utf8)
    private static let lengthName = Array("\r\ncontent-length:".utf8)

    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: Self.capacity)

    init(port: Int) throws {
        self.descriptor = try LoopbackSocket.connect(port)
    }

    deinit { close(descriptor) }

    /// The body of the answer to a request.
    mutating func body(of request: RequestBytes) throws -> [UInt8] { Array(buffer[try exchange(request)]) }

    /// Sends a request and waits for its whole answer.
    ///
    /// - Returns: where the body stands in the buffer.
    /// - Throws: when the status is neither 200 nor 304.
    @discardableResult
    mutating func exchange(_ request: RequestBytes) throws -> Range<Int> {
        let answer = try answer(to: request)
        guard answer.status == 200 || answer.status == 304 else {
            throw BenchError(
                "unexpected answer: \(answer.status) \(String(decoding: buffer[answer.body], as: UTF8.self))"
            )
        }
        return answer.body
    }

    /// Sends a request and waits for its whole answer, whatever it is.
    mutating func answer(to request: RequestBytes) throws -> Answer {
        try send(request.bytes)
        var count = 0
        while true {
            count += try receive(at: count)
            guard let head = find(Self.headEnd, in: 0..<count) else { continue }
            let start = head + Self.headEnd.count
            let end: Int
            if status == 304 {
                end = start
            } else if let length = contentLength(before: start) {
                end = start + length
                guard end <= Self.capacity else { throw BenchError("an answer of \(end) bytes") }
                while count < end { count += try receive(at: count) }
            } else {
                while !buffer[start..<count].ends(with: Self.chunksEnd) { count += try receive(at: count) }
                end = count
            }
            return Answer(status: status, body: start..<end)
        }
    }

    /// The three digits after "HTTP/1.1 ".
    private var status: Int { buffer[9..<12].reduce(0) { $0 * 10 + Int($1) - 0x30 } }

    private func send(_ bytes: [UInt8]) throws {
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw BenchError("a request was not sent: errno \(errno)")
        }
    }

    private mutating func receive(at offset: Int) throws -> Int {
        let descriptor = descriptor
        let count = buffer.withUnsafeMutableBytes { bytes in
            recv(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset, 0)
        }
        guard count > 0 else { throw BenchError("an answer ended early: errno \(errno)") }
        return count
    }

    private func find(_ text: [UInt8], in range: Range<Int>) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var start = range.lowerBound
            while start + text.count <= range.upperBound,
                let found = memchr(base + start, Int32(text[0]), range.upperBound - start)
            {
                let place = UnsafeRawPointer(found) - base
                guard place + text.count <= range.upperBound else { return nil }
                if memcmp(found, text, text.count) == 0 { return place }
                start = place + 1
            }
            return nil
        }
    }

    private func contentLength(before end: Int) -> Int? {
        var start = 0
        while let line = find([0x0D, 0x0A], in: start..<end), line + Self.lengthName.count <= end {
            start = line + 2
            let value = line + Self.lengthName.count
            let isLength = buffer[line..<value].elementsEqual(Self.lengthName) { $0 == $1 || $0 | 0x20 == $1 }
            guard isLength else { continue }
            let digits = buffer[value..<end].drop { $0 == 0x20 }.prefix { (0x30...0x39).contains($0) }
            return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with text: [UInt8]) -> Bool { suffix(text.count).elementsEqual(text) }
}

/// Connected sockets of this machine whose calls give up after 30 seconds.
enum LoopbackSocket {
    /// A port that nobody listens on now, for a program that cannot choose one itself.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw BenchError("no socket: errno \(errno)") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(descriptor, name, size) == 0 ? getsockname(descriptor, name, &size) : -1
            }
        }
        guard status == 0 else { throw BenchError("no port: errno \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    static func connect(_ port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw BenchError("no socket: errno \(errno)") }
        var (on, patience) = (Int32(1), timeval(tv_sec: 30, tv_usec: 0))
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(descriptor)
            throw BenchError("no connection: errno \(errno)")
        }
        return descriptor
    }
}
