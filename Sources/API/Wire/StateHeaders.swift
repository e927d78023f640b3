package import HTTPTypes
package import StateRepo

extension HTTPField.Name {
    package static let requestID = constant("X-Request-Id")
    package static let stateRevision = constant("X-State-Revision")
    package static let stateSequence = constant("X-State-Sequence")
    package static let stateMerged = constant("X-State-Merged")
    /// W3C Trace Context, section 3.
    static let traceParent = constant("traceparent")
    /// By which a client of git asks for a version (gitprotocol-v2(5)).
    static let gitProtocol = constant("Git-Protocol")
    /// RFC 7240.
    package static let prefer = constant("Prefer")
    package static let preferenceApplied = constant("Preference-Applied")
    /// Where an interrupted stream of events is taken up again (WHATWG HTML, section 9.2).
    package static let lastEventID = constant("Last-Event-ID")
    /// Tells proxies of the kind of nginx to pass a stream on as it comes.
    package static let accelBuffering = constant("X-Accel-Buffering")
    package static let secFetchSite = constant("Sec-Fetch-Site")
    static let contentSecurityPolicy = constant("Content-Security-Policy")
    static let contentTypeOptions = constant("X-Content-Type-Options")
    static let referrerPolicy = constant("Referrer-Policy")
    static let resourcePolicy = constant("Cross-Origin-Resource-Policy")

    private static func constant(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("the names above are tokens") }
        return name
    }
}

/// The headers of every answer that shows state.
package struct StateHeaders: Hashable, Sendable {
    package let revision: CommitID
    package let sequence: Int

    package init(revision: CommitID, sequence: Int) {
        self.revision = revision
        self.sequence = sequence
    }

    package func add(to fields: inout HTTPFields) {
        fields.append(HTTPField(name: .stateRevision, value: revision.description))
        fields.append(HTTPField(name: .stateSequence, value: String(sequence)))
    }
}
