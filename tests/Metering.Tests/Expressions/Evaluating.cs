using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Expressions;

namespace Tallystick.Metering.Tests.Expressions;

/// <summary>
/// Evaluates calculations that may name the numbers <c>n</c>, <c>m</c>, <c>none</c> (null), the texts <c>s</c>,
/// <c>country</c> and <c>city</c>, the date-times <c>ts</c> and <c>ets</c>, and a custom field <c>x</c> of the account.
/// </summary>
internal sealed class Evaluating
{
    private readonly Dictionary<string, Value> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ILookupTable> _tables = new(StringComparer.Ordinal);
    private DateTimeZone _zone = DateTimeZone.Utc;

    /// <summary>A value as the tests write it: a text has quotes around it, a date-time is ISO 8601.</summary>
    internal static string Written(Value value) => value.Kind switch
    {
        ValueKind.Number => Value.Written(value.Number!.Value),
        ValueKind.Text => $"'{value.Text}'",
        ValueKind.Boolean => Value.Written(value.Boolean!.Value),
        ValueKind.DateTime => InstantText.Write(value.DateTime!.Value),
        _ => "null",
    };

    internal Evaluating With(string name, Value value)
    {
        _values[name] = value;
        return this;
    }

    internal Evaluating With(string code, ILookupTable table)
    {
        _tables[code] = table;
        return this;
    }

    /// <summary>The same in another time zone; those without it stay as they are.</summary>
    internal Evaluating In(string zone)
    {
        var other = new Evaluating { _zone = DateTimeZoneProviders.Tzdb[zone] };
        foreach (var (name, value) in _values)
            other.With(name, value);
        return other;
    }

    /// <summary>The value of whatever kind, or the fault.</summary>
    internal string Any(string calculation)
    {
        var slots = new Slots();
        var step = new Compiler(Scope(), slots).Compile(ExpressionParser.Parse(calculation)).Any;
        var evaluation = Filled(slots);
        evaluation.Begin();
        try
        {
            var value = step(evaluation);
            return evaluation.Fault?.Message ?? Written(value);
        }
        catch (OverflowException)
        {
            return CalculationFault.Overflow.Message;
        }
    }

    /// <summary>The number that a field would get, or the fault.</summary>
    internal string Number(string calculation)
    {
        var slots = new Slots();
        var compiled = Calculation.Compile(calculation, Scope(), slots, ValueKind.Number);
        var evaluation = Filled(slots);
        return compiled.TryNumber(evaluation, out var number)
            ? Written(Value.Of(number)) : evaluation.Fault!.Message;
    }

    /// <summary>The text that a field would get, or the fault.</summary>
    internal string Text(string calculation)
    {
        var slots = new Slots();
        var compiled = Calculation.Compile(calculation, Scope(), slots, ValueKind.Text);
        var evaluation = Filled(slots);
        return compiled.TryText(evaluation, out var text) ? Written(Value.Of(text)) : evaluation.Fault!.Message;
    }

    internal static NameScope Scope()
    {
        var scope = new NameScope { Lookups = _ => null, Offered = "" };
        foreach (var number in new[] { "n", "m", "none" })
            scope.Add(number, ValueKind.Number);
        foreach (var text in new[] { "s", "country", "city", "account" })
            scope.Add(text, ValueKind.Text);
        foreach (var moment in new[] { "ts", "ets" })
            scope.Add(moment, ValueKind.DateTime);
        scope.AddCustomFields("account", new Dictionary<string, CustomFieldValue> { ["x"] = new(null, 1) });
        return scope;
    }

    private Evaluation Filled(Slots slots)
    {
        var evaluation = new Evaluation(slots, _zone);
        foreach (var (name, value) in _values)
        {
            if (slots.Names.Contains(name))
                evaluation.Values[slots.OfName(name)] = value;
        }
        foreach (var (code, table) in _tables)
        {
            if (slots.Tables.Contains(code))
                evaluation.Tables[slots.OfTable(code)] = table;
        }
        return evaluation;
    }
}

/// <summary>A lookup table of a few rows.</summary>
internal sealed class FewRows(
    IReadOnlyList<(string Name, ValueKind Kind)> fields, int keys, params Value[][] rows) : ILookupTable
{
    public IReadOnlyList<ValueKind> Keys => [.. fields.Take(keys).Select(one => one.Kind)];

    public int FindField(string name) => fields.Select(field => field.Name).ToList().IndexOf(name);

    public ValueKind KindOf(int field) => fields[field].Kind;

    public int FindRow(ReadOnlySpan<Value> sought)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row].AsSpan(0, keys).SequenceEqual(sought))
                return row;
        }
        return -1;
    }

    public Value Read(int row, int field) => rows[row][field];
}
