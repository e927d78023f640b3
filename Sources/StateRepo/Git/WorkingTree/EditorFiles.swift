/// Files that editors make beside the one that is edited and remove again.
enum EditorFiles {
    /// Whether a name is that of a swap, backup, lock or draft file of a common editor.
    ///
    /// Vim: `.name.swp`, `name~`, `4913`. Emacs: `#name#`, `.#name`, `name~`. Kate: `.name.kate-swp`. GNOME: `.goutputstream-…`.
    /// JetBrains: `name___jb_tmp___`. Sed and others: `sedXXXXXX`, `name.tmp`.
    static func isTemporary(_ name: EntryName) -> Bool {
        guard let text = name.text else { return false }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        if text.hasPrefix(".#") || text.hasPrefix(".goutputstream-") { return true }
        if text.hasPrefix("#"), text.hasSuffix("#") { return true }
        if text.hasPrefix("sed"), text.utf8.count == 9 { return true }
        let endings = [
            "~", ".swp", ".swo", ".swx", ".kate-swp", ".tmp", ".bak", ".orig", ".rej", "___jb_tmp___", "___jb_old___",
        ]
        return endings.contains { text.hasSuffix($0) } || text == ".DS_Store"
    }
}
