namespace Tallystick.Console.Components;

/// <summary>How the values of a column are set.</summary>
public enum ColumnKind
{
    /// <summary>Words.</summary>
    Text,

    /// <summary>Figures: right-aligned, all of the same width.</summary>
    Number,

    /// <summary>An id or a code, which can be copied.</summary>
    Code,

    /// <summary>A state, with the color of what it means.</summary>
    Status,
}

/// <summary>A column of a <see cref="ResourceTable{T}"/>.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Text">What a row says there.</param>
/// <param name="Kind">How it is set.</param>
public sealed record Column<T>(string Title, Func<T, string> Text, ColumnKind Kind = ColumnKind.Text);
