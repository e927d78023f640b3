/// Writes new text for values in a given style, members in a given order.
struct JSONFormatter {
    enum Layout {
        /// Everything on the line it starts on.
        case inline
        /// One member or element a line; empty containers stay on one line.
        case multiline
    }

    var style: JSONStyle
    let order: MemberOrder

    /// Appends `value` as the value at `pointer`, and returns it with the members in the order they were written in.
    ///
    /// - Parameter indentation: of the line on which the value starts.
    func write(
        _ value: JSONValue,
        _ layout: Layout,
        indentation: [UInt8],
        at pointer: JSONPointer,
        into output: inout [UInt8]
    ) -> JSONValue {
        switch value {
        case .null, .bool, .number, .string:
            value.write(into: &output)
            return value
        case .array(let values):
            return .array(write(values, layout, indentation: indentation, at: pointer, into: &output))
        case .object(let object):
            return .object(write(object, layout, indentation: indentation, at: pointer, into: &output))
        }
    }

    private func write(
        _ values: [JSONValue],
        _ layout: Layout,
        indentation: [UInt8],
        at pointer: JSONPointer,
        into output: inout [UInt8]
    ) -> [JSONValue] {
        guard !values.isEmpty else {
            output += "[]".utf8
            return values
        }
        let layout = layout == .multiline && fitsOneLine(values, after: output) ? .inline : layout
        let inner = indentation + style.indentUnit
        var written: [JSONValue] = []
        output.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            separate(index, layout, indentation: inner, padding: style.arrayPadding, into: &output)
            written.append(write(value, layout, indentation: inner, at: pointer.appending(index), into: &output))
        }
        finish(layout, indentation: indentation, padding: style.arrayPadding, into: &output)
        output.append(UInt8(ascii: "]"))
        return written
    }

    private func write(
        _ object: JSONObject,
        _ layout: Layout,
        indentation: [UInt8],
        at pointer: JSONPointer,
        into output: inout [UInt8]
    ) -> JSONObject {
        guard !object.isEmpty else {
            output += "{}".utf8
            return object
        }
        let inner = indentation + style.indentUnit
        var written = JSONObject()
        output.append(UInt8(ascii: "{"))
        for (index, member) in order.sorted(object, at: pointer).enumerated() {
            separate(index, layout, indentation: inner, padding: style.objectPadding, into: &output)
            JSONWriter.writeString(member.key, into: &output)
            output += style.colon
            let place = pointer.appending(member.key)
            written[member.key] = write(member.value, layout, indentation: inner, at: place, into: &output)
        }
        finish(layout, indentation: indentation, padding: style.objectPadding, into: &output)
        output.append(UInt8(ascii: "}"))
        return written
    }

    private func separate(
        _ index: Int,
        _ layout: Layout,
        indentation: [UInt8],
        padding: [UInt8],
        into output: inout [UInt8]
    ) {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        switch layout {
        case .inline: output += index == 0 ? padding : style.inlineSpace
        case .multiline: output += style.newline + indentation
        }
    }

    private func finish(_ layout: Layout, indentation: [UInt8], padding: [UInt8], into output: inout [UInt8]) {
        switch layout {
        case .inline: output += padding
        case .multiline: output += style.newline + indentation
        }
    }

    /// Whether an array goes on one line because other arrays of the text do and there is room.
    private func fitsOneLine(_ values: [JSONValue], after output: [UInt8]) -> Bool {
        guard style.hasInlineScalarArrays, values.allSatisfy({ $0.arrayValue == nil && $0.objectValue == nil }) else {
            return false
        }
        return fits(.array(values), after: output)
    }

    /// Whether the value on one line keeps that line short.
    func fits(_ value: JSONValue, after output: [UInt8]) -> Bool {
        var text = Array(output.currentLine(upTo: JSONStyle.maximumInlineLength))
        _ = write(value, .inline, indentation: [], at: .root, into: &text)
        return text.count <= JSONStyle.maximumInlineLength
    }
}
