import Foundation
package import StateRepo

extension ShareDirectory {
    /// The data of the checkout that the tests were built in.
    package static func checkout() throws -> ShareDirectory {
        let here = URL(filePath: #filePath)
        return try ShareDirectory(
            at: here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        )
    }
}
