namespace Tallystick.Console.Components.Charts;

/// <summary>A series of values, one for each row of a grid.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">Its values, by row; null for none.</param>
public sealed record GridSeries(string Name, IReadOnlyList<decimal?> Values);

/// <summary>Values as a grid, for charts and pivot tables.</summary>
/// <param name="Heading">What the rows are.</param>
/// <param name="Rows">Labels of the rows.</param>
/// <param name="Series">The columns.</param>
public sealed record ChartGrid(string Heading, IReadOnlyList<string> Rows, IReadOnlyList<GridSeries> Series);
