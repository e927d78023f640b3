import Catalogue
import Documents

/// Judges a vendor's answer by a recipe, and takes out of it what is told.
struct AnswerReader {
    /// The most models that are told.
    static let maximumModels = 250
    /// The longest id of a model, and the longest name of an account, in bytes.
    static let maximumTextLength = 200

    let recipe: VerificationRecipe

    /// - Throws: ``VerificationError`` `rejected` when the answer says that the credential is wrong, `unexpectedAnswer` when
    ///   it says nothing about it.
    func read(_ answer: OutgoingAnswer) throws -> (models: [String], account: String?) {
        guard recipe.success.statuses.contains(answer.status) else {
            let reason: VerificationError.Reason =
                recipe.rejected.contains(answer.status) ? .rejected : .unexpectedAnswer
            throw VerificationError(reason, httpStatus: answer.status)
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: answer.body)
        } catch {
            throw VerificationError(.unexpectedAnswer, httpStatus: answer.status, cause: error)
        }
        guard isSuccess(value) else { throw VerificationError(.rejected, httpStatus: answer.status) }
        return (models(value), account(value))
    }

    private func isSuccess(_ value: JSONValue) -> Bool {
        guard let pointer = recipe.success.pointer else { return true }
        guard let found = value[pointer], !found.isNull else { return false }
        return recipe.success.expected.map { $0 == found } ?? true
    }

    /// Ids that look like ids: what a vendor sends is shown to people and offered as settings.
    private func models(_ value: JSONValue) -> [String] {
        guard let rule = recipe.models, let items = value[rule.items]?.arrayValue else { return [] }
        var models: [String] = []
        for item in items {
            guard models.count < Self.maximumModels else { break }
            guard var id = item[rule.id]?.stringValue else { continue }
            if let prefix = rule.prefix, id.hasPrefix(prefix) { id.removeFirst(prefix.count) }
            if Self.isModelID(id) { models.append(id) }
        }
        return models
    }

    private func account(_ value: JSONValue) -> String? {
        for pointer in recipe.account {
            guard let text = value[pointer]?.stringValue, !text.isEmpty,
                text.utf8.count <= Self.maximumTextLength,
                text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
            else { continue }
            return text
        }
        return nil
    }

    /// As `model_id` of the catalogue's schema.
    private static func isModelID(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: false
            }
        }
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= maximumTextLength else {
            return false
        }
        return text.utf8.allSatisfy { isAlphanumeric($0) || "._:/@+-".utf8.contains($0) }
    }
}
