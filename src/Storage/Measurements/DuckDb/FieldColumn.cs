using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>The content of a column of a usage table. The numbers are stored on disk: append, never change.</summary>
/// <remarks>
/// A number is stored in the first tier that represents it exactly. Narrow numbers sum as fast as floating point. Fine
/// and broad together represent every number of 28 digits with at most 18 decimal places; finest represents those with
/// more.
/// </remarks>
internal enum ColumnKind
{
    /// <summary>Text.</summary>
    Text = 0,

    /// <summary>Numbers below 10^12 with at most 6 digits after the point.</summary>
    Narrow = 1,

    /// <summary>Numbers below 10^20 with at most 18 digits after the point.</summary>
    Fine = 2,

    /// <summary>Numbers below 10^28 with at most 9 digits after the point.</summary>
    Broad = 3,

    /// <summary>Uids that are not UUIDs.</summary>
    Uid = 4,

    /// <summary>The end of the usage, in nanoseconds since 1970.</summary>
    Ets = 5,

    /// <summary>Numbers below 10^10 with at most 28 digits after the point.</summary>
    Finest = 6,

    /// <summary>Values of the fields without a column of their own; see <see cref="OverflowColumn"/>.</summary>
    Rest = 7,
}

/// <summary>
/// A column that a usage table gets once a measurement needs it: the values of one field and one kind, or data that few
/// measurements have.
/// </summary>
/// <param name="Code">Code of the field; empty if the kind alone identifies the column.</param>
/// <param name="Kind">Kind of the values in the column.</param>
internal readonly record struct FieldColumn(string Code, ColumnKind Kind)
{
    /// <summary>Uids that are not UUIDs.</summary>
    public static FieldColumn Uid { get; } = new("", ColumnKind.Uid);

    /// <summary>Ends of usage.</summary>
    public static FieldColumn Ets { get; } = new("", ColumnKind.Ets);

    /// <summary>Values of the fields without a column of their own.</summary>
    public static FieldColumn Rest { get; } = new("", ColumnKind.Rest);
}

/// <summary>Properties of column kinds.</summary>
internal static class ColumnKinds
{
    /// <summary>The tiers of numbers, in the order in which they are tried.</summary>
    public static readonly ColumnKind[] Tiers =
        [ColumnKind.Narrow, ColumnKind.Fine, ColumnKind.Broad, ColumnKind.Finest];

    private const decimal NarrowLimit = 1_000_000_000_000m;
    private const decimal FineLimit = 100_000_000_000_000_000_000m;

    /// <summary>SQL type of the column.</summary>
    public static string SqlType(this ColumnKind kind) => kind switch
    {
        ColumnKind.Text or ColumnKind.Uid or ColumnKind.Rest => "VARCHAR",
        ColumnKind.Ets => "BIGINT",
        ColumnKind.Narrow => "DECIMAL(18,6)",
        ColumnKind.Fine => "DECIMAL(38,18)",
        ColumnKind.Broad => "DECIMAL(38,9)",
        ColumnKind.Finest => "DECIMAL(38,28)",
    };

    /// <summary>
    /// SQL type of the column in the tables that loads write to; see <see cref="DuckDbSchema.LoadedColumns"/>.
    /// </summary>
    public static string LoadedSqlType(this ColumnKind kind) =>
        DuckDbSchema.Compressed(
            kind.SqlType(),
            kind switch
            {
                ColumnKind.Text or ColumnKind.Uid => "dictionary",
                ColumnKind.Rest => "uncompressed",
                _ => "bitpacking",
            });

    /// <summary>The first tier that represents the number exactly.</summary>
    public static ColumnKind TierOf(decimal number)
    {
        var size = Math.Abs(number);
        if (size < NarrowLimit && HasScale(number, 6))
            return ColumnKind.Narrow;
        // With 28 digits, more than 18 of them after the point leave at most 9 before it.
        if (!HasScale(number, 18))
            return ColumnKind.Finest;
        return size < FineLimit ? ColumnKind.Fine : ColumnKind.Broad;
    }

    /// <summary>The type of the column, for writing it.</summary>
    public static ColumnType Type(this ColumnKind kind) => kind switch
    {
        ColumnKind.Text or ColumnKind.Uid or ColumnKind.Rest => ColumnType.Text,
        ColumnKind.Ets => ColumnType.Int64,
        ColumnKind.Narrow => new ColumnType(DuckDBType.Decimal, 18, 6),
        ColumnKind.Fine => new ColumnType(DuckDBType.Decimal, 38, 18),
        ColumnKind.Broad => new ColumnType(DuckDBType.Decimal, 38, 9),
        ColumnKind.Finest => new ColumnType(DuckDBType.Decimal, 38, 28),
    };

    /// <summary>Digits after the point that a tier has.</summary>
    public static int Scale(this ColumnKind tier) => tier switch
    {
        ColumnKind.Narrow => 6,
        ColumnKind.Fine => 18,
        ColumnKind.Broad => 9,
        ColumnKind.Finest => 28,
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };

    private static bool HasScale(decimal number, int scale) =>
        number.Scale <= scale || decimal.Round(number, scale, MidpointRounding.ToZero) == number;
}
