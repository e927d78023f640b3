/// What is live of an agent: the release file, and the definition it pins.
package struct Release: Sendable {
    package let document: Document<ReleaseFacts>
    /// `nil` when the file is broken or names a tree that git does not have.
    package let pinned: AgentFolder?

    package var facts: ReleaseFacts? { document.facts }
}

/// Reads a definition that is not (or no longer) in an agent's folder.
///
/// Gives the files of the definition tree, named as they would stand in the folder of that agent; `nil` when git has no
/// such tree or it is no definition.
package typealias DefinitionReader = (TreeID, AgentID) throws -> [StateFile]?
