package import Documents

/// Why the catalogue that ships with the server cannot be used; it stops the start.
package struct CatalogueError: Error, CustomStringConvertible {
    package let file: String
    package let message: String
    package let position: SourcePosition?

    package var description: String {
        let place = position.map { "\(file):\($0)" } ?? file
        return "\(place): \(message)"
    }
}
