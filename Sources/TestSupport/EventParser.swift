/// One block of a stream of events: the lines up to an empty one (WHATWG HTML, section 9.2.5).
package struct StreamedEvent: Hashable, Sendable {
    /// `nil` for a block without data.
    package var name: String?
    package var id: String?
    package var data: String?
    package var retry: String?
    package var comments: [String] = []

    /// Reads the blocks of a text; one that an empty line does not end is left out.
    package static func list(_ text: String) -> [StreamedEvent] {
        var parser = EventParser()
        parser.feed(Array(text.utf8))
        var events: [StreamedEvent] = []
        while let event = parser.next() { events.append(event) }
        return events
    }

    fileprivate init(_ lines: ArraySlice<Substring>) {
        for line in lines {
            guard !line.hasPrefix(":") else {
                comments.append(String(line.dropFirst()).trimmingPrefix(" ").description)
                continue
            }
            let field = line.prefix { $0 != ":" }
            let value = String(line.dropFirst(field.count + 1).trimmingPrefix(" "))
            switch field {
            case "event": name = value
            case "id": id = value
            case "data": data = data.map { "\($0)\n\(value)" } ?? value
            case "retry": retry = value
            default: break
            }
        }
    }
}

/// Cuts bytes as they come into blocks.
package struct EventParser {
    private var bytes: [UInt8] = []

    package init() {}

    package mutating func feed(_ more: some Sequence<UInt8>) { bytes += more }

    /// The next block that is there as a whole.
    package mutating func next() -> StreamedEvent? {
        let newline = UInt8(ascii: "\n")
        guard let end = bytes.indices.dropLast().first(where: { bytes[$0] == newline && bytes[$0 + 1] == newline })
        else { return nil }
        let text = String(decoding: bytes[..<end], as: UTF8.self)
        bytes.removeFirst(end + 2)
        return StreamedEvent(text.split(separator: "\n", omittingEmptySubsequences: false)[...])
    }
}
