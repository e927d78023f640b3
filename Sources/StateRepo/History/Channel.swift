/// The door through which a change came.
package enum Channel: String, CaseIterable, Sendable {
    case api
    case push
    case worktree
    case upstream
}
