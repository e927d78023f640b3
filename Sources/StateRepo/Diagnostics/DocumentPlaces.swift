import Documents

/// Looks places up in a document's text, which is parsed once.
struct DocumentPlaces {
    private enum Source {
        case json(JSONDocument)
        case markdown(FrontMatter)
        /// The text cannot be read; nothing in it has a place.
        case none
    }

    private let source: Source

    init(_ file: StateFile) {
        if file.path.hasSuffix(".md") {
            do { self.source = .markdown(try FrontMatter(parsing: file.content)) } catch { self.source = .none }
        } else {
            do { self.source = .json(try JSONDocument(parsing: file.content)) } catch { self.source = .none }
        }
    }

    /// - Parameter isKey: whether the member's key is meant, not its value.
    func position(_ pointer: JSONPointer, isKey: Bool = false) -> SourcePosition? {
        switch source {
        case .json(let document):
            isKey ? document.position(ofKeyAt: pointer) : document.position(ofValueAt: pointer)
        case .markdown(let matter): matter.position(of: pointer)
        case .none: nil
        }
    }
}

extension StateFile {
    /// Where the value at `pointer` stands; `nil` when the text cannot be read or has no such value.
    func position(of pointer: JSONPointer) -> SourcePosition? { DocumentPlaces(self).position(pointer) }
}
