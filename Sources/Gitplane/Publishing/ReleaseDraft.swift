import Documents
import Foundation
import StateRepo

/// Works out the release file that pins what is staged of an agent (contract, section 3).
struct ReleaseDraft {
    /// Relative to the root of the working tree.
    let path: String
    let version: Int
    let definition: TreeID
    let content: [UInt8]
    /// Whether the commit that is checked out pins the same definition already.
    let isUnchanged: Bool
    /// What the person should know before committing.
    let notes: [String]

    /// - Parameter version: the number to take; else the next one that is known to be free.
    /// - Throws: ``CommandFailure`` when the agent is not staged, or the number is taken.
    init(agent: AgentID, version: Int?, in clone: borrowing GitCheckout, rules: StateRules) throws {
        let folder = Layout.agentFolder(agent)
        let files = try Self.stagedFiles(of: folder, in: clone)
        let tree = try Self.tree(of: files)
        let file = "state/releases/\(agent).json"
        path = file
        let committed = try EntryPath(file).flatMap { (path) throws(GitError) in
            try clone.committedFile(path, maximum: Layout.maximumFileSize)
        }
        let present = try committed.map { try Self.parse($0, file) }
        let known = try Self.published(agent, in: clone)
        var notes = try Self.unstaged(files, root: clone.workingDirectory())
        if known.isEmpty {
            notes.append(
                "note: the ledger of releases is not here, so the server may know a higher number "
                    + "(git fetch origin refs/gitplane/releases:refs/gitplane/releases)"
            )
        }
        let last = present?.value["version"]?.intValue ?? 0
        let highest = max(known.max() ?? 0, last)
        isUnchanged = version == nil && present?.value["definition"]?.stringValue == "\(tree)"
        let number = isUnchanged ? last : version ?? highest + 1
        guard isUnchanged || number > highest else {
            throw CommandFailure(.usage, "version \(number) is taken: the highest of \(agent) is \(highest)")
        }
        self.version = number
        definition = tree
        let isActive = present?.value["active"]?.boolValue ?? false
        content = Self.text(present, schema: rules.schemas.release, number, tree, isActive)
        self.notes = notes
    }

    private static func stagedFiles(
        of folder: String,
        in clone: borrowing GitCheckout
    ) throws -> [(name: EntryName, file: StagedFile)] {
        let staged: [StagedFile]
        do {
            staged = try clone.stagedFiles(below: EntryPath(folder))
        } catch {
            guard error.code == .invalid else { throw error }
            throw CommandFailure(.usage, "\(error.message); resolve it and stage the result")
        }
        guard staged.contains(where: { $0.path.text == "\(folder)/agent.json" }) else {
            throw CommandFailure(.usage, "\(folder)/agent.json is not staged (git add \(folder))")
        }
        return try staged.map { file in
            guard file.path.text.flatMap(Layout.role) != nil, file.mode == .blob, let name = file.path.components.last
            else {
                throw CommandFailure(.usage, "\(file.path) cannot be part of a definition; gitplane validate says why")
            }
            return (name, file)
        }
    }

    /// The name that git will give the folder when it is committed.
    private static func tree(of files: [(name: EntryName, file: StagedFile)]) throws -> TreeID {
        let entries = files.map { GitTreeEntry(name: $0.name, mode: .blob, id: AnyObjectID(rebinding: $0.file.blob)) }
        return try ObjectHash.tree(entries)
    }

    private static func parse(_ content: [UInt8], _ path: String) throws -> JSONDocument {
        do {
            return try JSONDocument(parsing: content)
        } catch {
            throw CommandFailure(.usage, ["\(path):\(error.position): error: \(error.message)"])
        }
    }

    /// The numbers in the ledger, when it was fetched.
    private static func published(_ agent: AgentID, in clone: borrowing GitCheckout) throws -> [Int] {
        guard let folder = EntryPath("\(agent)") else { return [] }
        return try clone.names(in: folder, of: .releases).compactMap { $0.text.flatMap { Int($0) } }
    }

    /// A note for each file whose content differs from what is staged of it.
    private static func unstaged(
        _ files: [(name: EntryName, file: StagedFile)],
        root: String?
    ) throws -> [String] {
        guard let root else { return [] }
        var notes: [String] = []
        for (_, file) in files {
            let content = FileManager.default.contents(atPath: "\(root)/\(file.path)")
            guard try content.map({ try ObjectHash.blob(Array($0)) }) != file.blob else { continue }
            notes.append("note: \(file.path) differs from what is staged; what is staged is released")
        }
        return notes
    }

    private static func text(
        _ present: JSONDocument?,
        schema: JSONSchema,
        _ version: Int,
        _ definition: TreeID,
        _ isActive: Bool
    ) -> [UInt8] {
        let order = MemberOrder { schema.memberOrder(at: $0) }
        var object = present?.value.objectValue ?? ["$schema": .string(StateSchemas.address("release"))]
        object["version"] = JSONValue(version)
        object["definition"] = .string("\(definition)")
        object["active"] = .bool(isActive)
        guard let present else { return JSONDocument(formatting: .object(object), order: order).source }
        return present.edited(to: .object(object), order: order).source
    }
}
