namespace Tallystick.Metering.Expressions;

/// <summary>The signature of a function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Types of its parameters, in order; open for any.</param>
/// <param name="Result">Type of its result; open if it depends on the arguments.</param>
internal sealed record FunctionSignature(string Name, IReadOnlyList<ValueKind> Parameters, ValueKind Result)
{
    /// <summary>Minimum number of arguments.</summary>
    internal int Fewest { get; init; } = Parameters.Count;

    /// <summary>True if the last parameter can be repeated.</summary>
    internal bool Repeats { get; init; }

    /// <summary>True if all arguments must have the same type.</summary>
    internal bool IsOfOneKind { get; init; }

    /// <summary>The number of arguments in words.</summary>
    internal string Counts => (Fewest, Repeats) switch
    {
        (_, true) => $"at least {Fewest}",
        _ when Fewest < Parameters.Count => $"{Fewest} to {Parameters.Count}",
        _ => $"{Fewest}",
    };

    /// <summary>Whether it can be called with a number of arguments.</summary>
    internal bool Takes(int count) => count >= Fewest && (Repeats || count <= Parameters.Count);

    /// <summary>The required type of an argument.</summary>
    internal ValueKind Parameter(int index) => Parameters[Math.Min(index, Parameters.Count - 1)];
}

/// <summary>The functions and constants of the language.</summary>
internal static class Functions
{
    /// <summary>Reads a number from a lookup table.</summary>
    internal const string FindNumber = "Lookup.findNumber";

    /// <summary>Reads a string from a lookup table.</summary>
    internal const string FindString = "Lookup.findString";

    /// <summary>Whether a lookup table has a row.</summary>
    internal const string Exists = "Lookup.exists";

    private const ValueKind Number = ValueKind.Number;
    private const ValueKind Text = ValueKind.Text;
    private const ValueKind Any = ValueKind.Open;

    private static readonly Dictionary<string, FunctionSignature> ByName = new FunctionSignature[]
    {
        new("Math.max", [Number, Number], Number) { Repeats = true },
        new("Math.min", [Number, Number], Number) { Repeats = true },
        new("Math.floor", [Number, Number], Number) { Fewest = 1 },
        new("Math.ceil", [Number, Number], Number) { Fewest = 1 },
        new("Math.round", [Number, Number], Number) { Fewest = 1 },
        new("Math.pow", [Number, Number], Number),
        new("Math.abs", [Number], Number),
        new("isnull", [Any, Any], Any) { IsOfOneKind = true },
        new("IN", [Any, Any], ValueKind.Boolean) { Repeats = true, IsOfOneKind = true },
        new(FindNumber, [Text, Text, Number, Any], Number) { Repeats = true },
        new(FindString, [Text, Text, Text, Any], Text) { Repeats = true },
        new(Exists, [Text, Any], ValueKind.Boolean) { Repeats = true },
        new("DateTime.parse", [Text, Text], ValueKind.DateTime) { Fewest = 1 },
        new("DateTime.format", [ValueKind.DateTime, Text], Text) { Fewest = 1 },
    }.ToDictionary(function => function.Name, StringComparer.Ordinal);

    private static readonly string[] DateTimeParts =
    [
        "year", "month", "day", "hour", "minute", "second", "dayOfWeek", "epochSeconds", "epochMillis",
    ];

    /// <summary>The functions, for messages.</summary>
    internal static string Known { get; } = string.Join(", ", ByName.Keys);

    /// <summary>The parts of a date-time, for messages.</summary>
    internal static string KnownParts { get; } = string.Join(", ", DateTimeParts);

    /// <summary>The function of the name, or null.</summary>
    internal static FunctionSignature? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The type of a constant; null if the name is not a constant.</summary>
    internal static ValueKind? FindConstant(string name) => name switch
    {
        "Math.PI" => Number,
        "DateTime.TS_FMT" => Text,
        _ => null,
    };

    /// <summary>Whether date-times have the part; all parts are numbers.</summary>
    internal static bool IsPart(string name) => DateTimeParts.Contains(name);
}
