package import HTTPTypes

/// What the server answers before, around or instead of a handler.
package enum RequestErrorCode: String, Sendable, CaseIterable {
    case malformedJSON = "request.malformed_json"
    case malformedGit = "request.malformed_git"
    case invalidParameter = "request.invalid_parameter"
    case invalidCursor = "request.invalid_cursor"
    case tokenInURL = "auth.token_in_url"
    case authenticationRequired = "auth.required"
    case tokenInvalid = "auth.token_invalid"
    case routeNotFound = "request.route_not_found"
    case methodNotAllowed = "request.method_not_allowed"
    case tooLarge = "request.too_large"
    case uriTooLong = "request.uri_too_long"
    case unsupportedMediaType = "request.unsupported_media_type"
    case headersTooLarge = "request.headers_too_large"
    case internalError = "server.internal"

    package var status: HTTPResponse.Status {
        switch self {
        case .malformedJSON, .malformedGit, .invalidParameter, .invalidCursor, .tokenInURL: .badRequest
        case .authenticationRequired, .tokenInvalid: .unauthorized
        case .routeNotFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .tooLarge: .contentTooLarge
        case .uriTooLong: .uriTooLong
        case .unsupportedMediaType: .unsupportedMediaType
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .internalError: .internalServerError
        }
    }
}
