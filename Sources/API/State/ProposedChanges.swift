import Documents
import Reconciler
import StateRepo

/// The change list of a request: the edits that it can be read as, and findings about the entries that it cannot.
struct ProposedChanges: Sendable {
    private(set) var edits: [ResourceEdit] = []
    private(set) var findings: [Diagnostic] = []
    let message: String?
    /// The place in the list of each of ``edits``.
    private var places: [Int] = []

    /// Takes a body that fits the contract.
    init(_ body: JSONValue, _ services: StateServices) {
        self.message = body["message"]?.stringValue
        for (index, change) in (body["changes"]?.arrayValue ?? []).enumerated() {
            do {
                edits.append(try ProposedChange(change, services).edit())
                places.append(index)
            } catch {
                findings += Self.findings(error, at: index)
            }
        }
    }

    /// A finding about one of ``edits``, with the place of its entry in the list.
    func placed(_ finding: Diagnostic) -> Diagnostic {
        guard finding.file.isEmpty, let pointer = finding.pointer, pointer.tokens.count >= 2,
            pointer.tokens[0] == "changes", let index = Int(pointer.tokens[1]), places.indices.contains(index)
        else { return finding }
        let tokens = ["changes", String(places[index])] + pointer.tokens.dropFirst(2)
        return Diagnostic(
            finding.severity,
            finding.code,
            file: "",
            pointer: JSONPointer(tokens: tokens),
            finding.message,
            hint: finding.hint
        )
    }

    private static func findings(_ error: any Error, at index: Int) -> [Diagnostic] {
        let place = JSONPointer(tokens: ["changes", String(index)])
        switch error {
        case let error as StateError where !error.diagnostics.isEmpty:
            return error.diagnostics.map { finding in
                let tokens = place.tokens + (finding.pointer?.tokens ?? [])
                return Diagnostic(
                    .error,
                    finding.code,
                    file: "",
                    pointer: JSONPointer(tokens: tokens),
                    finding.message,
                    hint: finding.hint
                )
            }
        case let error as StateError:
            return [Diagnostic(.error, error.code.rawValue, file: "", pointer: place, error.message)]
        case let error as ProblemError:
            return [Diagnostic(.error, error.code, file: "", pointer: place, error.message)]
        default:
            let message = "this entry cannot be read"
            return [Diagnostic(.error, "request.invalid", file: "", pointer: place, message)]
        }
    }
}
