import Foundation

extension AccessControl {
    /// Writes what was counted and when credentials were used.
    package func flush() async throws {
        let now = now
        try await register.flushUses()
        let counts = coalescer.take()
        guard !counts.isEmpty else { return }
        do {
            try await register.record { rows in
                for event in counts.events { try rows.append(event, at: now) }
            }
        } catch {
            coalescer.putBack(counts)
            throw error
        }
    }

    /// How long what has expired is still told from what never was, in seconds.
    private static let afterlife: TimeInterval = 30 * 86_400

    /// Removes what expired so long ago that nobody asks any more.
    package func purge() async throws {
        let (now, limit) = (now, now - Self.afterlife)
        let isNeeded = try await register.look { rows in
            try rows.sessions().contains { !$0.isActive(at: limit) }
                || rows.tokens().contains { !$0.isActive(at: limit) }
                || rows.registrations().contains { $0.expiresAt <= now }
        }
        if isNeeded {
            try await register.change { rows in
                try rows.remove(rows.sessions().filter { !$0.isActive(at: limit) }.map(\.id))
                try rows.remove(rows.tokens().filter { !$0.isActive(at: limit) }.map(\.id))
                try rows.removeRegistrations(rows.registrations().filter { $0.expiresAt <= now }.map(\.digest))
            }
        }
        let oldest = try await register.look { try $0.oldestFailure() }
        guard let oldest, oldest < now - LoginFailures.memory else { return }
        try await register.record { try $0.removeFailures(before: now - LoginFailures.memory) }
    }
}
