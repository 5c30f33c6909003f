namespace Tallystick.Console.Tables;

/// <summary>How the cells of a column look.</summary>
public enum CellKind
{
    /// <summary>Words.</summary>
    Text,

    /// <summary>A code or an id, in monospace with a button to copy it.</summary>
    Code,

    /// <summary>A quantity, an amount or a count: aligned to the right.</summary>
    Number,

    /// <summary>A state, with a color where it means something.</summary>
    Status,

    /// <summary>The name of another entity, which leads to its page.</summary>
    Reference,
}

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Text">The text of a row, which is also exported.</param>
/// <param name="Kind">How it looks.</param>
/// <typeparam name="T">The type of the rows.</typeparam>
public sealed record Column<T>(string Title, Func<T, RowScene, string?> Text, CellKind Kind)
{
    /// <summary>Its name in settings and addresses.</summary>
    public string Name { get; } = Title.ToLowerInvariant().Replace(' ', '-');

    /// <summary>What rows are sorted by: the text, unless it is a number or a time.</summary>
    public Func<T, RowScene, IComparable?> SortKey { get; init; } = (row, scene) => Text(row, scene);

    /// <summary>What the cells refer to; null for none.</summary>
    public ReferenceKind? Reference { get; init; }

    /// <summary>The id that a row refers to; null for none.</summary>
    public Func<T, string?>? ReferenceId { get; init; }

    /// <summary>Whether it is shown only to those who choose it.</summary>
    public bool IsExtra { get; init; }
}

/// <summary>What rows need to be written: the time zone, and the names of what they refer to.</summary>
/// <param name="Zone">The time zone of the organization.</param>
/// <param name="Names">The names.</param>
public sealed record RowScene(NodaTime.DateTimeZone Zone, NameBook Names);
