/// Where a figure stands in a plot of cost against the size of the repository.
struct PlotPoint: Hashable {
    /// The title of the plot.
    let chart: String
    /// The name of the line that it is on.
    let line: String
    /// Agents in the repository.
    let size: Int
}
