import Documents

/// Answers one operation.
///
/// - Throws: `StateError` and ``ProblemError`` become their answers; anything else becomes 500 and is logged.
package typealias OperationHandler = @Sendable (OperationRequest) async throws -> OperationResponse

/// The handlers of a server by `operationId`.
package struct Handlers: Sendable {
    private var entries: [(id: String, handler: OperationHandler)] = []
    /// Of operations with a rate of their own: when a use does not count, because nothing can be guessed with it.
    private(set) var uncounted: [String: @Sendable () -> Bool] = [:]

    package init() {}

    /// Adds the handler of an operation; two for the same operation stop the start.
    package mutating func register(_ id: String, _ handler: @escaping OperationHandler) {
        entries.append((id, handler))
    }

    /// Leaves uses of an operation out of its own rate for as long as `isHarmless`.
    mutating func leaveUncounted(_ id: String, while isHarmless: @escaping @Sendable () -> Bool) {
        uncounted[id] = isHarmless
    }

    /// Adds the handlers of another set.
    mutating func add(_ other: Handlers) {
        entries += other.entries
        uncounted.merge(other.uncounted) { _, new in new }
    }

    /// Puts something around every handler that was added so far.
    mutating func wrap(
        _ wrapper: @escaping @Sendable (OperationRequest, OperationHandler) async throws -> OperationResponse
    ) {
        entries = entries.map { id, handler in (id, { request in try await wrapper(request, handler) }) }
    }

    /// The handlers in the order of the contract's operations.
    ///
    /// - Throws: ``ContractError`` with every operation that has no handler and every handler without an operation, or
    ///   with an operation that another handler has.
    func bound(to contract: Contract) throws -> [OperationHandler] {
        var faults: [ContractError.Fault] = []
        var handlers: [String: OperationHandler] = [:]
        for entry in entries {
            if contract.operation(entry.id) == nil || handlers.updateValue(entry.handler, forKey: entry.id) != nil {
                let message = "The handler “\(entry.id)” has no operation of its own."
                faults.append(ContractError.Fault(code: .surplusHandler, pointer: .root, message: message))
            }
        }
        let bound = contract.operations.compactMap { operation in
            if let handler = handlers[operation.id] { return handler }
            let message = "The operation “\(operation.id)” has no handler."
            faults.append(ContractError.Fault(code: .missingHandler, pointer: .root, message: message))
            return nil
        }
        guard faults.isEmpty else { throw ContractError(faults: faults) }
        return bound
    }
}
