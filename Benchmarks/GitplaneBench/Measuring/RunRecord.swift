import Foundation

/// The figures of a run with the machine and the commit that they belong to, to be kept as JSON and as Markdown.
struct RunRecord {
    private struct Content: Encodable {
        struct Entry: Encodable {
            let name: String
            let value: Double
            let unit: String
            let target: String?
            let met: Bool?
        }

        let date: String
        let commit: String
        let machine: [String: String]
        let groups: [String: [Entry]]
    }

    private let groups: [(name: String, figures: [Figure])]
    private let date: String
    private let commit: String
    /// What was left out of a run that is not a whole one.
    private let part: String?
    private let machine: [(name: String, value: String)]

    /// - Parameter part: what the run was, when it was not a whole one; a part of the files' names.
    init(_ groups: [(name: String, figures: [Figure])], part: String?) {
        self.groups = groups
        self.part = part
        self.date = Date().ISO8601Format()
        self.commit =
            (try? ChildProgram.run("/usr/bin/git", ["-C", Self.here, "describe", "--always", "--dirty"]))
            .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? "unknown"
        self.machine = Self.machine()
    }

    private var name: String { part.map { "\(commit)-\($0)" } ?? commit }

    /// Writes `<commit>.json`, `<commit>.md` and the plots in a folder `<commit>`; of two runs of a commit the last one stays.
    ///
    /// What was not a whole run has its part behind the commit.
    func write(to folder: String) throws {
        let folder = URL(filePath: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(content) + Data("\n".utf8)).write(to: folder.appending(path: "\(name).json"))
        try Data(markdown.utf8).write(to: folder.appending(path: "\(name).md"))
        let drawings = folder.appending(path: name)
        try FileManager.default.createDirectory(at: drawings, withIntermediateDirectories: true)
        for plot in plots { try Data(plot.svg.utf8).write(to: drawings.appending(path: plot.fileName)) }
    }

    private var content: Content {
        Content(
            date: date,
            commit: commit,
            machine: Dictionary(machine.map { ($0.name, $0.value) }) { first, _ in first },
            groups: Dictionary(
                groups.map { name, figures in
                    let entries = figures.map { figure in
                        let cells = figure.cells
                        return Content.Entry(
                            name: figure.name,
                            value: figure.value,
                            unit: figure.unit.rawValue,
                            target: cells[2].isEmpty ? nil : cells[2],
                            met: cells[2].isEmpty ? nil : figure.isMet
                        )
                    }
                    return (name, entries)
                }
            ) { first, _ in first }
        )
    }

    private var markdown: String {
        var lines = [
            "# Measured at \(commit)", "",
            "\(date); " + machine.map { "\($0.name) \($0.value)" }.joined(separator: ", "),
        ]
        for (name, figures) in groups { lines += ["", "## \(name)", ""] + FigureTable(figures: figures).lines }
        lines += plots.flatMap { ["", "![\($0.title)](\(name)/\($0.fileName))"] }
        return lines.joined(separator: "\n") + "\n"
    }

    private var plots: [Plot] { Plot.all(groups.flatMap(\.figures)) }

    private static var here: String { FileManager.default.currentDirectoryPath }

    private static func machine() -> [(name: String, value: String)] {
        let information = ProcessInfo.processInfo
        let processors = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = processors.split(separator: "\n").first { $0.hasPrefix("model name") }
            .flatMap { $0.split(separator: ":").last }?.trimmingCharacters(in: .whitespaces)
        return [
            ("processor", model ?? "unknown"), ("cores", String(information.activeProcessorCount)),
            ("memory", "\(information.physicalMemory >> 30) GiB"), ("system", information.operatingSystemVersionString),
        ] + programs
    }

    /// The versions of what was compared with.
    private static var programs: [(name: String, value: String)] {
        ["git", "etcd", "postgres"].compactMap { name in
            guard let program = ChildProgram.path(of: name),
                let printed = try? ChildProgram.run(program, ["--version"]),
                let line = printed.split(separator: "\n").first
            else { return nil }
            let version = line.split(separator: " ").first { $0.first?.isNumber == true }
            return (name, String(version ?? line))
        }
    }
}
