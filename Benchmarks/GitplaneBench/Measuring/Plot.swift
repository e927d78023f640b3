import Foundation

/// Figures of one unit against the number of agents, as a drawing: SVG 1.1, both axes logarithmic.
struct Plot {
    private struct Line {
        let name: String
        let points: [(size: Int, value: Double)]
    }

    private struct Frame {
        let left = 70.0, right = 450.0, top = 40.0, bottom = 300.0
        let sizes: (low: Double, high: Double)
        let values: (low: Double, high: Double)

        func x(_ size: Int) -> Double { left + (right - left) * (log10(Double(size)) - sizes.low) / width }

        func y(_ value: Double) -> Double { bottom - (bottom - top) * (log10(value) - values.low) / height }

        private var width: Double { max(sizes.high - sizes.low, 1e-9) }
        private var height: Double { max(values.high - values.low, 1e-9) }
    }

    private static let colors = ["#0b6e99", "#c4472b", "#4f772d", "#7b4ea3", "#b8860b", "#555555"]

    let title: String
    private let unit: Figure.Unit
    private let lines: [Line]

    /// The plots of all figures that have a place in one, in the order of their first figures.
    static func all(_ figures: [Figure]) -> [Plot] {
        var titles: [String] = []
        for figure in figures {
            guard let title = figure.point?.chart, !titles.contains(title) else { continue }
            titles.append(title)
        }
        return titles.compactMap { title in Plot(title, figures.filter { $0.point?.chart == title }) }
    }

    private init?(_ title: String, _ figures: [Figure]) {
        guard let unit = figures.first?.unit else { return nil }
        var names: [String] = []
        for figure in figures {
            guard let name = figure.point?.line, !names.contains(name) else { continue }
            names.append(name)
        }
        self.title = title
        self.unit = unit
        self.lines = names.map { name in
            let points = figures.filter { $0.point?.line == name && $0.value > 0 }
                .map { (size: $0.point?.size ?? 1, value: $0.value) }
            return Line(name: name, points: points.sorted { $0.size < $1.size })
        }
    }

    /// Lower case, words joined by hyphens.
    var fileName: String {
        let words = title.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        return words.joined(separator: "-") + ".svg"
    }

    var svg: String {
        let frame = frame
        let body = [grid(frame), lines.enumerated().map { drawing($1, $0, frame) }.joined()].joined()
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 350" font-family="sans-serif" font-size="12">
            <rect width="640" height="350" fill="#ffffff"/>
            <text x="20" y="22" font-size="15">\(Self.escaped(title)), \(Self.escaped(unit.rawValue))</text>
            \(body)<text x="260" y="340" text-anchor="middle">agents</text>
            </svg>

            """
    }

    /// From the decade below the smallest value to the one above the largest.
    private var frame: Frame {
        let points = lines.flatMap(\.points)
        let sizes = points.map { log10(Double($0.size)) }
        let values = points.map { log10($0.value) }
        let low = (values.min() ?? 0).rounded(.down)
        return Frame(
            sizes: (sizes.min() ?? 0, sizes.max() ?? 1),
            values: (low, max((values.max() ?? 1).rounded(.up), low + 1))
        )
    }

    private func grid(_ frame: Frame) -> String {
        var text = ""
        for decade in Int(frame.values.low)...Int(frame.values.high) {
            let value = pow(10, Double(decade))
            let y = Self.number(frame.y(value))
            text += "<path d=\"M\(Self.number(frame.left)) \(y)H\(Self.number(frame.right))\" stroke=\"#dddddd\"/>\n"
            text += "<text x=\"62\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">\(Self.label(value))</text>\n"
        }
        for size in Set(lines.flatMap { $0.points.map(\.size) }).sorted() {
            let x = Self.number(frame.x(size))
            text += "<path d=\"M\(x) \(Self.number(frame.top))V\(Self.number(frame.bottom))\" stroke=\"#dddddd\"/>\n"
            text += "<text x=\"\(x)\" y=\"318\" text-anchor=\"middle\">\(size)</text>\n"
        }
        return text
    }

    private func drawing(_ line: Line, _ number: Int, _ frame: Frame) -> String {
        let color = Self.colors[number % Self.colors.count]
        let places = line.points.map { (x: Self.number(frame.x($0.size)), y: Self.number(frame.y($0.value))) }
        let path = places.map { "\($0.x),\($0.y)" }.joined(separator: " ")
        var text = "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>\n"
        for (place, point) in zip(places, line.points) {
            text += "<circle cx=\"\(place.x)\" cy=\"\(place.y)\" r=\"3\" fill=\"\(color)\"/>\n"
            // Above and below in turn, so that neighbours can be read.
            let rise = number.isMultiple(of: 2) ? -5 : 13
            text +=
                "<text x=\"\(place.x)\" y=\"\(place.y)\" dx=\"5\" dy=\"\(rise)\" font-size=\"10\" fill=\"\(color)\">"
            text += "\(Self.escaped(unit.text(point.value)))</text>\n"
        }
        let y = 50 + 18 * number
        return text + "<text x=\"500\" y=\"\(y)\" fill=\"\(color)\">\(Self.escaped(line.name))</text>\n"
    }

    private static func number(_ value: Double) -> String { String((value * 10).rounded() / 10) }

    private static func label(_ value: Double) -> String {
        value >= 1 ? String(Int(value.rounded())) : String((value * 1e6).rounded() / 1e6)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    }
}
