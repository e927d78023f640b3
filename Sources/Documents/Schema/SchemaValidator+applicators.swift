extension SchemaValidator {
    mutating func apply(_ applicator: Applicator, _ value: JSONValue, _ seen: inout EvaluatedPlaces?) {
        switch applicator {
        case .properties: break
        case .reference(let node): evaluate(node, value, &seen)
        case .all(let nodes): for node in nodes { evaluate(node, value, &seen) }
        case .any(let branches): applyAny(branches, value, &seen)
        case .one(let branches): applyOne(branches, value, &seen)
        case .not(let node):
            guard fits(node, value) else { return }
            let name = name(of: [node])
            fail(.valueNot) { _ in "This value has a form that is not allowed here\(name)." }
        case .conditional(let condition, let then, let otherwise):
            if let branch = fits(condition, value, &seen) ? then : otherwise { evaluate(branch, value, &seen) }
        case .dependent(let property, let node):
            if value.objectValue?.contains(property) == true { evaluate(node, value, &seen) }
        }
    }

    private mutating func applyAny(_ branches: [Int], _ value: JSONValue, _ seen: inout EvaluatedPlaces?) {
        var fitting = 0
        for branch in branches where fits(branch, value, &seen) {
            fitting += 1
            if seen == nil { return }
        }
        if fitting == 0 { failBranches(branches, value, .valueAnyOf, &seen) }
    }

    private mutating func applyOne(_ branches: [Int], _ value: JSONValue, _ seen: inout EvaluatedPlaces?) {
        var fitting: [Int] = []
        for branch in branches where fits(branch, value, &seen) { fitting.append(branch) }
        if fitting.isEmpty { failBranches(branches, value, .valueOneOf, &seen) }
        if fitting.count > 1 {
            let forms = "\(fitting.count) of the forms allowed here\(name(of: fitting))"
            fail(.valueOneOf) { _ in "This value must have exactly one form, but has \(forms)." }
        }
    }

    /// Reports what the branch lacks that the value is most likely meant for, or else that none fits.
    private mutating func failBranches(
        _ branches: [Int],
        _ value: JSONValue,
        _ code: SchemaViolation.Code,
        _ seen: inout EvaluatedPlaces?
    ) {
        let judge = BranchJudge(nodes: nodes)
        switch judge.verdict(on: value, among: branches) {
        case .meant(let branch): evaluate(branch, value, &seen)
        case .wrongType(let types): fail(.valueType) { "Expected \(types.title), found \($0(value))." }
        case .wrongKind(let key, let kinds):
            guard let found = value[key] else { return }
            descend(.key(key)) { $0.failEnumeration(kinds, found) }
        case .undecided:
            let forms = "\(branches.count) forms that are allowed here\(name(of: branches))"
            fail(code) { _ in "This value has none of the \(forms)." }
        }
    }

    /// The titles of schemas, when they have any: ` (A, B)`.
    private func name(of branches: [Int]) -> String {
        let titles = branches.compactMap { nodes[$0].rules.title }
        return titles.count == branches.count ? " (\(titles.prefix(8).joined(separator: ", ")))" : ""
    }
}

/// Decides which branch of `anyOf` or `oneOf` a value that fits none was meant for, by looking at its surface only.
struct BranchJudge {
    enum Verdict {
        case meant(Int)
        /// No branch takes values of this type.
        case wrongType(JSONTypes)
        /// The member that tells the branches apart names none of them.
        case wrongKind(key: String, kinds: [JSONValue])
        case undecided
    }

    private struct Score {
        let branch: Int
        var mismatches: [(key: String, kinds: [JSONValue])] = []
        var matches = 0
        var faults = 0
    }

    let nodes: [SchemaNode]

    func verdict(on value: JSONValue, among branches: [Int]) -> Verdict {
        let surfaces = branches.map { (branch: $0, surface: surface(of: $0)) }
        let fitting = surfaces.filter { $0.surface.allSatisfy { $0.rules.types?.accepts(value) ?? true } }
        if fitting.isEmpty {
            let types = surfaces.compactMap { $0.surface.compactMap(\.rules.types).first }
            return types.count == branches.count ? .wrongType(types.reduce([]) { $0.union($1) }) : .undecided
        }
        guard let object = value.objectValue else { return fitting.count == 1 ? .meant(fitting[0].branch) : .undecided }
        let scores = fitting.map { score(object, $0.branch, $0.surface) }
        let candidates = scores.filter(\.mismatches.isEmpty)
        guard let best = candidates.max(by: { ($0.matches, -$0.faults) < ($1.matches, -$1.faults) }) else {
            return wrongKind(scores)
        }
        let equals = candidates.filter { $0.matches == best.matches && $0.faults == best.faults }
        return equals.count == 1 ? .meant(best.branch) : .undecided
    }

    private func wrongKind(_ scores: [Score]) -> Verdict {
        guard let key = scores.first?.mismatches.first?.key else { return .undecided }
        let kinds = scores.map { $0.mismatches.first { $0.key.hasSameBytes(as: key) }?.kinds }
        guard !kinds.contains(nil) else { return .undecided }
        return .wrongKind(key: key, kinds: kinds.flatMap { $0 ?? [] })
    }

    /// The schema and what it includes by `$ref` and `allOf`.
    private func surface(of node: Int) -> [SchemaNode] { SchemaOutline(nodes: nodes).closure(of: nodes[node]) }

    private func score(_ object: JSONObject, _ branch: Int, _ surface: [SchemaNode]) -> Score {
        var score = Score(branch: branch)
        for rules in surface.compactMap(\.rules.object) {
            score.faults += rules.required.count { !object.contains($0) }
            let isClosed = rules.additional.map { nodes[$0].rules.isForbidden } ?? false
            for member in object {
                guard let node = rules.properties[JSONKey(member.key)] else {
                    score.faults += isClosed ? 1 : 0
                    continue
                }
                let kinds = self.surface(of: node).compactMap {
                    $0.rules.constant.map { [$0] } ?? $0.rules.enumeration
                }
                guard let kinds = kinds.first else { continue }
                if kinds.contains(member.value) {
                    score.matches += 1
                } else {
                    score.mismatches.append((member.key, kinds))
                }
            }
        }
        return score
    }
}
