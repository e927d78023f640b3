import HTTPTypes

extension HTTPFields {
    /// The value of a field, as the subscript has it; for less where it is absent or stands once, which is nearly always.
    func value(of name: HTTPField.Name) -> String? {
        guard contains(name), let first = firstIndex(where: { $0.name == name }) else { return nil }
        let isAlone = !self[index(after: first)...].contains { $0.name == name }
        return isAlone ? self[first].value : self[name]
    }

    /// The value of a field by any name; `nil` for what is no name.
    func value(named name: String) -> String? { HTTPField.Name(name).flatMap { value(of: $0) } }
}
