namespace Tallystick.Metering.Expressions;

/// <summary>What a function takes and gives.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Kinds of its parameters, in their order; open for any.</param>
/// <param name="Result">Kind of its result; open when the arguments decide.</param>
internal sealed record FunctionSignature(string Name, IReadOnlyList<ValueKind> Parameters, ValueKind Result)
{
    /// <summary>Fewest arguments.</summary>
    internal int Fewest { get; init; } = Parameters.Count;

    /// <summary>True when the last parameter may be given again and again.</summary>
    internal bool Repeats { get; init; }

    /// <summary>True when the arguments must be of one kind.</summary>
    internal bool IsOfOneKind { get; init; }

    /// <summary>The number of arguments in words.</summary>
    internal string Counts => (Fewest, Repeats) switch
    {
        (_, true) => $"at least {Fewest}",
        _ when Fewest < Parameters.Count => $"{Fewest} to {Parameters.Count}",
        _ => $"{Fewest}",
    };

    /// <summary>Whether it can be called with so many arguments.</summary>
    internal bool Takes(int count) => count >= Fewest && (Repeats || count <= Parameters.Count);

    /// <summary>The kind that an argument must have.</summary>
    internal ValueKind Parameter(int index) => Parameters[Math.Min(index, Parameters.Count - 1)];
}

/// <summary>The functions and constants of the language (metering reference 7.1 and 7.2).</summary>
internal static class Functions
{
    /// <summary>Reads a number from a lookup table.</summary>
    internal const string FindNumber = "Lookup.findNumber";

    /// <summary>Reads a text from a lookup table.</summary>
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

    /// <summary>The kind of a constant; null when the name is none.</summary>
    internal static ValueKind? FindConstant(string name) => name switch
    {
        "Math.PI" => Number,
        "DateTime.TS_FMT" => Text,
        _ => null,
    };

    /// <summary>Whether date-times have the part; all parts are numbers.</summary>
    internal static bool IsPart(string name) => DateTimeParts.Contains(name);
}
