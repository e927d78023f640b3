/// One measured number and what it has to be.
struct Figure {
    enum Unit: String {
        case seconds = "s"
        case milliseconds = "ms"
        case microseconds = "µs"
        case ratio = "×"
        case kilobytes = "KB"
        case megabytes = "MB"
        case count = ""
        case perSecond = "/s"
        /// There is no number.
        case notInstalled = "not installed"

        func text(_ value: Double) -> String {
            guard self != .notInstalled else { return rawValue }
            let digits = self == .count ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0
            return value.formatted(digits: digits) + (self == .ratio || self == .perSecond || self == .count ? "" : " ")
                + rawValue
        }
    }

    enum Target {
        case atLeast(Double)
        case atMost(Double)
        /// Shown beside the others, without a demand of its own.
        case shown

        func isMet(by value: Double) -> Bool {
            switch self {
            case .atLeast(let limit): value >= limit
            case .atMost(let limit): value <= limit
            case .shown: true
            }
        }
    }

    let name: String
    let value: Double
    let unit: Unit
    let target: Target
    /// Where it stands in a plot of cost against the size of the repository.
    private(set) var point: PlotPoint?

    init(_ name: String, _ value: Double, _ unit: Unit, _ target: Target = .shown) {
        self.name = name
        self.value = value
        self.unit = unit
        self.target = target
    }

    /// What stands in the place of a comparison with a program that is not there.
    static func notInstalled(_ program: String, _ agents: Int) -> Figure {
        Figure("\(program) among \(agents): not compared", 0, .notInstalled)
    }

    /// The same figure as a point of a plot.
    ///
    /// - Parameters:
    ///   - chart: the title of the plot.
    ///   - line: what the line that it is on is called.
    ///   - size: how many agents the repository has.
    func plotted(on chart: String, as line: String, among size: Int) -> Figure {
        var figure = self
        figure.point = PlotPoint(chart: chart, line: line, size: size)
        return figure
    }

    var isMet: Bool { target.isMet(by: value) }

    /// Name, figure, target and verdict, as the table shows them.
    var cells: [String] {
        switch target {
        case .atLeast(let limit): [name, unit.text(value), "≥ \(unit.text(limit))", verdict]
        case .atMost(let limit): [name, unit.text(value), "≤ \(unit.text(limit))", verdict]
        case .shown: [name, unit.text(value), "", ""]
        }
    }

    private var verdict: String { isMet ? "ok" : "miss" }
}

extension Double {
    /// The number with that many digits behind the point, whatever the locale.
    fileprivate func formatted(digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let whole = Int((self * scale).rounded())
        guard digits > 0 else { return String(whole) }
        let fraction = String(abs(whole) % Int(scale))
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(self < 0 ? "-" : "")\(abs(whole) / Int(scale)).\(zeros)\(fraction)"
    }
}
