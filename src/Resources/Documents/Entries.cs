namespace Tallystick.Resources.Documents;

/// <summary>Several values in one text column, delimited by bars, so that each of them can be searched for.</summary>
public static class Entries
{
    private const char Bar = '|';

    /// <summary>The text of the column; null for no value.</summary>
    public static string? Write(IReadOnlyCollection<string> values) =>
        values.Count == 0 ? null : $"{Bar}{string.Join(Bar, values)}{Bar}";
}
