using NodaTime;

namespace Tallystick.Metering.Expressions;

/// <summary>
/// What calculations are evaluated with, one after the other: the values of names, lookup tables, and the first fault.
/// Its memory is used again and again; one evaluation runs at a time.
/// </summary>
/// <param name="slots">The names and tables that the calculations use; all of them were compiled before.</param>
/// <param name="zone">Time zone of the organization, in which a date-time has its year, month and so on.</param>
internal sealed class Evaluation(Slots slots, DateTimeZone zone)
{
    /// <summary>
    /// Work, in units of about 10 ns, that the calculations of one measurement may cause together; an operation on two
    /// numbers is none of it.
    /// </summary>
    internal const int MaxWork = 20_000;

    private Value[] _keys = new Value[8];
    private int _keyCount;
    private int _work;

    /// <summary>The values of names, by their slots; null where nothing was set.</summary>
    internal Value[] Values { get; } = new Value[slots.Names.Count];

    /// <summary>The published data of lookup tables, by their slots; null where there is none.</summary>
    internal ILookupTable?[] Tables { get; } = new ILookupTable?[slots.Tables.Count];

    /// <summary>Time zone of the organization.</summary>
    internal DateTimeZone Zone => zone;

    /// <summary>The first fault of the calculation; its result means nothing then.</summary>
    internal CalculationFault? Fault { get; private set; }

    /// <summary>Begins a calculation.</summary>
    internal void Begin()
    {
        Fault = null;
        _keyCount = 0;
    }

    /// <summary>Begins the calculations of a measurement, which share the permitted work.</summary>
    internal void BeginMeasurement() => _work = 0;

    /// <summary>Notes a fault. What failed goes on with null, which costs nothing, unlike an exception.</summary>
    internal void Fail(CalculationFault fault) => Fault ??= fault;

    /// <summary>Counts work that grows with values; false, after noting a fault, when it becomes too much.</summary>
    internal bool TrySpend(int work)
    {
        if (Fault is null && (_work += work) > MaxWork)
            Fail(CalculationFault.TooMuchWork);
        return Fault is null;
    }

    /// <summary>Puts a key of a look-up on top of those of the look-ups around it.</summary>
    internal void Push(in Value key)
    {
        if (_keyCount == _keys.Length)
            Array.Resize(ref _keys, _keyCount * 2);
        _keys[_keyCount++] = key;
    }

    /// <summary>Takes the keys that were pushed last, in their order. They are valid until the next push.</summary>
    internal ReadOnlySpan<Value> Pop(int count)
    {
        _keyCount -= count;
        return _keys.AsSpan(_keyCount, count);
    }
}

/// <summary>Why a calculation has no result.</summary>
/// <param name="Message">For the customer: where and what.</param>
internal sealed record CalculationFault(string Message)
{
    /// <summary>A number grew beyond what can be kept.</summary>
    internal static CalculationFault Overflow { get; } = new("a number has more than 28 digits before the point");

    /// <summary>A date-time, or a part of it in the time zone, cannot be represented.</summary>
    internal static CalculationFault DateRange { get; } = new("a date-time lies outside the years 1 to 9999");

    /// <summary>Something that no rule foresees; others must not suffer from it.</summary>
    internal static CalculationFault Unexpected { get; } = new("the calculation cannot be evaluated");

    /// <summary>A derived field got a longer text than it may have.</summary>
    internal static CalculationFault LongText { get; } =
        new(FormattableString.Invariant($"the result has more than {Calculation.MaxResult} characters"));

    /// <summary>Values are so large that the calculation would hold others up.</summary>
    internal static CalculationFault TooMuchWork { get; } = new("the calculation needs too much work for these values");

    /// <summary>A fault at a place of the calculation.</summary>
    internal static CalculationFault At(int column, string message) =>
        new(FormattableString.Invariant($"at column {column}: {message}"));
}

/// <summary>The names and lookup tables that some calculations use, each with a number.</summary>
internal sealed class Slots
{
    private readonly List<string> _names = [];
    private readonly List<string> _tables = [];

    /// <summary>The names, in full: <c>account.customFields.tier</c> also where the short form was used.</summary>
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
    /// <summary>The kinds of its keys, in their order.</summary>
    IReadOnlyList<ValueKind> Keys { get; }

    /// <summary>The number of a field; -1 where there is none.</summary>
    int FindField(string name);

    /// <summary>The kind of a field.</summary>
    ValueKind KindOf(int field);

    /// <summary>The number of the row with the keys, which are of the kinds that they must be; -1 for none.</summary>
    int FindRow(ReadOnlySpan<Value> keys);

    /// <summary>A value; null where the row has none for the field.</summary>
    Value Read(int row, int field);
}
