package import Catalogue
import Documents

/// Everything that ships with the server and by which a tree is judged: schemas and catalogue.
package struct StateRules: Sendable {
    package let schemas: StateSchemas
    package let catalogue: Catalogue
    package let decoder: DocumentDecoder
    /// Changes with every byte of the shipped schemas and catalogue; part of the tags of answers that show them.
    package let dataVersion: BlobID
    private let defaultSettings: SettingsFacts

    package init(schemas: StateSchemas, catalogue: Catalogue, dataVersion: BlobID) {
        self.schemas = schemas
        self.catalogue = catalogue
        self.decoder = DocumentDecoder(schemas: schemas)
        self.dataVersion = dataVersion
        self.defaultSettings = decoder.defaultSettings
    }

    /// The settings that hold in `tree`: those of its file, or the defaults while it has none that can be read.
    package func settings(of tree: StateTree) -> SettingsFacts { tree.settings?.facts ?? defaultSettings }
}
