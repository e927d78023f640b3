/// One way in which a value breaks a schema.
package struct SchemaViolation: Hashable, Sendable, CustomStringConvertible {
    /// The most violations that one validation reports; the rest of a value that bad is not looked at.
    package static let maximumCount = 100

    /// Whether the value at ``pointer`` is wrong, or the key that names it.
    package enum Target: Hashable, Sendable {
        case value
        case key
    }

    /// The place in the checked value; for a missing member the object that lacks it.
    ///
    /// It ends above the first key within a `writeOnly` value that the schema does not name: whoever puts a secret in the
    /// wrong place may have made it a key.
    package let pointer: JSONPointer
    /// The whole way to the place, for finding its line and column; never shown.
    package let place: JSONPointer
    package let target: Target
    /// Stable, `<kind of value>.<rule>`, for instance `number.minimum`; the complete list is ``Code``.
    package let code: Code
    /// One English sentence; of the value it shows no text unless that is nearly one that is allowed, and nothing of a
    /// `writeOnly` one; of a key at most 80 characters.
    package let message: String

    package init(
        pointer: JSONPointer,
        place: JSONPointer? = nil,
        target: Target,
        code: Code,
        message: String
    ) {
        self.pointer = pointer
        self.place = place ?? pointer
        self.target = target
        self.code = code
        self.message = message
    }

    package var description: String { "\(pointer): \(message) (\(code.rawValue))" }
}

extension SchemaViolation {
    /// The stable reason of a violation.
    package enum Code: String, Sendable, CaseIterable {
        case valueType = "value.type"
        case valueEnum = "value.enum"
        case valueConst = "value.const"
        case valueForbidden = "value.forbidden"
        case valueAnyOf = "value.any_of"
        case valueOneOf = "value.one_of"
        case valueNot = "value.not"
        case valueTooDeep = "value.too_deep"
        case numberMinimum = "number.minimum"
        case numberMaximum = "number.maximum"
        case numberExclusiveMinimum = "number.exclusive_minimum"
        case numberExclusiveMaximum = "number.exclusive_maximum"
        case numberMultipleOf = "number.multiple_of"
        case stringMinLength = "string.min_length"
        case stringMaxLength = "string.max_length"
        case stringPattern = "string.pattern"
        case stringFormat = "string.format"
        case arrayMinItems = "array.min_items"
        case arrayMaxItems = "array.max_items"
        case arrayUniqueItems = "array.unique_items"
        case arrayContains = "array.contains"
        case arrayMaxContains = "array.max_contains"
        case arrayUnknownItem = "array.unknown_item"
        case objectRequired = "object.required"
        case objectUnknownField = "object.unknown_field"
        case objectMinProperties = "object.min_properties"
        case objectMaxProperties = "object.max_properties"
        case objectDependentRequired = "object.dependent_required"
    }
}
