/// A text with places for the values of fields, written `${NAME}`.
package struct FieldTemplate: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case field(String)
    }

    private let parts: [Part]

    /// `nil` when a `${` is not followed by a name and `}`.
    package init?(_ text: String) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            if start.lowerBound > rest.startIndex { parts.append(.text(String(rest[..<start.lowerBound]))) }
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}"), end > rest.startIndex else { return nil }
            parts.append(.field(String(rest[..<end])))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    /// The fields that it names, in order.
    package var fields: [String] {
        parts.compactMap { part in
            guard case .field(let name) = part else { return nil }
            return name
        }
    }

    /// The text with the values in it; `nil` when one is missing or empty.
    package func text(_ value: (String) -> String?) -> String? {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .field(let name):
                guard let value = value(name), !value.isEmpty else { return nil }
                text += value
            }
        }
        return text
    }
}
