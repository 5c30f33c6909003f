using System.Text;

namespace Tallystick.Metering.Measurements;

/// <summary>Measurements of one meter, column by column: row n of every column belongs to measurement n.</summary>
/// <param name="organizationId">The organization.</param>
/// <param name="meterId">UUID of the meter, because its code may change.</param>
/// <param name="fields">The fields of the meter that are stored; every row has a value for each data field.</param>
public sealed class MeterRows(string organizationId, string meterId, IReadOnlyList<FieldColumnValues> fields)
{
    /// <summary>Represents a missing <c>ets</c> in <see cref="Ets"/>.</summary>
    public const long NoEts = long.MinValue;

    /// <summary>The organization.</summary>
    public string OrganizationId => organizationId;

    /// <summary>UUID of the meter.</summary>
    public string MeterId => meterId;

    /// <summary>The number of rows.</summary>
    public int Count => Positions.Count;

    /// <summary>Their uids.</summary>
    public TextColumn Uids { get; } = new();

    /// <summary>Indices of their accounts in the load.</summary>
    public Column<int> Accounts { get; } = new();

    /// <summary>When the usage happened, in nanoseconds since 1970.</summary>
    public Column<long> Ts { get; } = new();

    /// <summary>When the usage ended, in nanoseconds since 1970; or <see cref="NoEts"/>.</summary>
    public Column<long> Ets { get; } = new();

    /// <summary>When the measurement was received, in nanoseconds since 1970.</summary>
    public Column<long> ReceivedAt { get; } = new();

    /// <summary>Positions in the log: unique, and in the order of receipt.</summary>
    public Column<long> Positions { get; } = new();

    /// <summary>The values of the fields.</summary>
    public IReadOnlyList<FieldColumnValues> Fields => fields;

    /// <summary>Removes some rows.</summary>
    /// <param name="rows">Their indices, in ascending order.</param>
    public void Remove(ReadOnlySpan<int> rows)
    {
        Uids.Remove(rows);
        Accounts.Remove(rows);
        Ts.Remove(rows);
        Ets.Remove(rows);
        ReceivedAt.Remove(rows);
        Positions.Remove(rows);
        foreach (var field in fields)
            field.Remove(rows);
    }

    /// <summary>Removes the rows and keeps the memory.</summary>
    public void Clear()
    {
        Uids.Clear();
        Accounts.Clear();
        Ts.Clear();
        Ets.Clear();
        ReceivedAt.Clear();
        Positions.Clear();
        foreach (var field in fields)
            field.Clear();
    }
}

/// <summary>The values of one field.</summary>
/// <param name="code">Code of the field.</param>
/// <param name="isNumeric">Whether the values are numbers.</param>
/// <param name="isOptional">Whether rows may have no value, as for derived fields.</param>
public sealed class FieldColumnValues(string code, bool isNumeric, bool isOptional = false)
{
    private readonly Column<bool> _isPresent = new();

    /// <summary>Code of the field.</summary>
    public string Code => code;

    /// <summary>Whether the values are numbers rather than texts.</summary>
    public bool IsNumeric => isNumeric;

    /// <summary>Whether rows may have no value.</summary>
    public bool IsOptional => isOptional;

    /// <summary>The number of rows added so far, with or without a value.</summary>
    public int Count => isNumeric ? Numbers.Count : Texts.Count;

    /// <summary>The numbers, exact; empty for texts. Undefined for rows without a value.</summary>
    public Column<decimal> Numbers { get; } = new();

    /// <summary>The texts; empty for numbers. Undefined for rows without a value.</summary>
    public TextColumn Texts { get; } = new();

    /// <summary>Whether a row has a value.</summary>
    public bool Has(int row) => !isOptional || _isPresent[row];

    /// <summary>Adds the number of a row of an optional field.</summary>
    public void AddOptional(decimal? number)
    {
        Numbers.Add(number.GetValueOrDefault());
        _isPresent.Add(number.HasValue);
    }

    /// <summary>Adds the text of a row of an optional field.</summary>
    public void AddOptional(string? text)
    {
        Texts.Add(Encoding.UTF8.GetBytes(text ?? ""));
        _isPresent.Add(text is not null);
    }

    internal void Remove(ReadOnlySpan<int> rows)
    {
        // Derived fields are computed after rows were removed, so their columns are still empty.
        if (Count == 0)
            return;
        if (isNumeric)
            Numbers.Remove(rows);
        else
            Texts.Remove(rows);
        if (isOptional)
            _isPresent.Remove(rows);
    }

    internal void Clear()
    {
        Numbers.Clear();
        Texts.Clear();
        _isPresent.Clear();
    }
}
