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
    case crossSiteBlocked = "auth.cross_site_blocked"
    case routeNotFound = "request.route_not_found"
    case methodNotAllowed = "request.method_not_allowed"
    case tooLarge = "request.too_large"
    case uriTooLong = "request.uri_too_long"
    case unsupportedMediaType = "request.unsupported_media_type"
    case headersTooLarge = "request.headers_too_large"
    case hostNotAllowed = "request.host_not_allowed"
    case rateLimitExceeded = "rate_limit.exceeded"
    case idempotencyInProgress = "idempotency.in_progress"
    case idempotencyKeyReused = "idempotency.key_reused"
    case idempotencySealed = "idempotency.sealed"
    case internalError = "server.internal"

    package var status: HTTPResponse.Status {
        switch self {
        case .malformedJSON, .malformedGit, .invalidParameter, .invalidCursor, .tokenInURL: .badRequest
        case .authenticationRequired, .tokenInvalid: .unauthorized
        case .crossSiteBlocked: .forbidden
        case .routeNotFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .tooLarge: .contentTooLarge
        case .uriTooLong: .uriTooLong
        case .unsupportedMediaType: .unsupportedMediaType
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .hostNotAllowed: .misdirectedRequest
        case .rateLimitExceeded: .tooManyRequests
        case .idempotencyInProgress, .idempotencySealed: .conflict
        case .idempotencyKeyReused: .unprocessableContent
        case .internalError: .internalServerError
        }
    }
}
