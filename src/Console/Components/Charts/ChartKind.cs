namespace Tallystick.Console.Components.Charts;

/// <summary>How a chart looks.</summary>
public enum ChartKind
{
    /// <summary>A line for each series.</summary>
    Line,

    /// <summary>Bars side by side.</summary>
    Bar,

    /// <summary>Bars upon each other.</summary>
    Stacked,
}
