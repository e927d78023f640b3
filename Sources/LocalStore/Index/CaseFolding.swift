internal import Foundation

/// Text made comparable without regard to case.
enum CaseFolding {
    /// The lowercase form in UTF-8, by Unicode's mapping of each scalar, independent of any locale.
    ///
    /// As every scalar is mapped by itself, the form of a part is a part of the form.
    static func fold(_ text: String) -> Data { Data(text.lowercased().utf8) }
}
