using NodaTime;

namespace Tallystick.Metering.Expressions;

/// <summary>
/// The state of evaluating calculations, one after the other: the values of names, the lookup tables, and the first
/// fault. Reused for many evaluations. Not thread-safe.
/// </summary>
/// <param name="slots">The names and tables of the calculations, all of which must have been compiled before.</param>
/// <param name="zone">Time zone of the organization, which determines the parts of date-times.</param>
internal sealed class Evaluation(Slots slots, DateTimeZone zone)
{
    /// <summary>
    /// Limit on the work of all calculations of one measurement, in units of about 10 ns. Operations on two numbers are
    /// not counted.
    /// </summary>
    internal const int MaxWork = 20_000;

    private Value[] _keys = new Value[8];
    private int _keyCount;
    private int _work;

    /// <summary>The values of names, by slot; null if not set.</summary>
    internal Value[] Values { get; } = new Value[slots.Names.Count];

    /// <summary>The published data of lookup tables, by slot; null if there is none.</summary>
    internal ILookupTable?[] Tables { get; } = new ILookupTable?[slots.Tables.Count];

    /// <summary>Time zone of the organization.</summary>
    internal DateTimeZone Zone => zone;

    /// <summary>The first fault of the calculation, or null. If there is a fault, the result is undefined.</summary>
    internal CalculationFault? Fault { get; private set; }

    /// <summary>Begins a calculation.</summary>
    internal void Begin()
    {
        Fault = null;
        _keyCount = 0;
    }

    /// <summary>Begins the calculations of a measurement, which share <see cref="MaxWork"/>.</summary>
    internal void BeginMeasurement() => _work = 0;

    /// <summary>Records a fault. Evaluation continues with null, which is much cheaper than an exception.</summary>
    internal void Fail(CalculationFault fault) => Fault ??= fault;

    /// <summary>Counts work that depends on the size of values.</summary>
    /// <returns>False if there is a fault, such as exceeding <see cref="MaxWork"/>.</returns>
    internal bool TrySpend(int work)
    {
        if (Fault is null && (_work += work) > MaxWork)
            Fail(CalculationFault.TooMuchWork);
        return Fault is null;
    }

    /// <summary>Pushes a key of a look-up. Look-ups can be nested, so keys form a stack.</summary>
    internal void Push(in Value key)
    {
        if (_keyCount == _keys.Length)
            Array.Resize(ref _keys, _keyCount * 2);
        _keys[_keyCount++] = key;
    }

    /// <summary>Pops the last keys, in the order they were pushed. They are valid until the next push.</summary>
    internal ReadOnlySpan<Value> Pop(int count)
    {
        _keyCount -= count;
        return _keys.AsSpan(_keyCount, count);
    }
}

/// <summary>The reason why a calculation has no result.</summary>
/// <param name="Message">A message for the customer, with the position of the fault if known.</param>
internal sealed record CalculationFault(string Message)
{
    /// <summary>A number is too large.</summary>
    internal static CalculationFault Overflow { get; } = new("a number has more than 28 digits before the point");

    /// <summary>A date-time, or a part of it in the time zone, cannot be represented.</summary>
    internal static CalculationFault DateRange { get; } = new("a date-time lies outside the years 1 to 9999");

    /// <summary>An unexpected exception, which must not affect other calculations.</summary>
    internal static CalculationFault Unexpected { get; } = new("the calculation cannot be evaluated");

    /// <summary>The result is a text longer than <see cref="Calculation.MaxResult"/>.</summary>
    internal static CalculationFault LongText { get; } =
        new(FormattableString.Invariant($"the result has more than {Calculation.MaxResult} characters"));

    /// <summary>The values are so large that the calculation would delay the loader.</summary>
    internal static CalculationFault TooMuchWork { get; } = new("the calculation needs too much work for these values");

    /// <summary>A fault at a position of the calculation.</summary>
    internal static CalculationFault At(int column, string message) =>
        new(FormattableString.Invariant($"at column {column}: {message}"));
}

/// <summary>Numbers the names and lookup tables that calculations use.</summary>
internal sealed class Slots
{
    private readonly List<string> _names = [];
    private readonly List<string> _tables = [];

    /// <summary>The full names: <c>account.customFields.tier</c> even if the short form is used.</summary>
    internal IReadOnlyList<string> Names => _names;

    /// <summary>Codes of the lookup tables.</summary>
    internal IReadOnlyList<string> Tables => _tables;

    /// <summary>The slot of a name.</summary>
    internal int OfName(string name) => Of(_names, name);

    /// <summary>The slot of a lookup table.</summary>
    internal int OfTable(string code) => Of(_tables, code);

    private static int Of(List<string> all, string one)
    {
        var index = all.IndexOf(one);
        if (index >= 0)
            return index;
        all.Add(one);
        return all.Count - 1;
    }
}

/// <summary>The published data of a lookup table, in memory.</summary>
internal interface ILookupTable
{
    /// <summary>The types of its keys, in order.</summary>
    IReadOnlyList<ValueKind> Keys { get; }

    /// <summary>The index of a field; -1 if there is none.</summary>
    int FindField(string name);

    /// <summary>The type of a field.</summary>
    ValueKind KindOf(int field);

    /// <summary>The index of the row with the keys; -1 if there is none. The keys must have the right types.</summary>
    int FindRow(ReadOnlySpan<Value> keys);

    /// <summary>The value of a field in a row; null if it has none.</summary>
    Value Read(int row, int field);
}
