import HTTPTypes

/// What every answer tells browsers, so that none is taken for a page, a script or a frame, or kept where others read it.
enum SecurityHeaders {
    private static let fixed = [
        HTTPField(name: .contentTypeOptions, value: "nosniff"),
        HTTPField(name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'"),
        HTTPField(name: .referrerPolicy, value: "no-referrer"),
        HTTPField(name: .resourcePolicy, value: "same-origin"),
    ]
    private static let revalidated = HTTPField(name: .cacheControl, value: "private, no-cache")
    private static let unstored = HTTPField(name: .cacheControl, value: "no-store")

    /// What an answer with these headers lacks.
    ///
    /// One with an entity tag may be kept by the client itself; all others are kept by nobody.
    static func missing(in headers: HTTPFields) -> [HTTPField] {
        if headers.contains(.cacheControl) { return fixed }
        return fixed + [headers.contains(.eTag) ? revalidated : unstored]
    }
}
