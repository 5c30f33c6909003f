using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>The type of a column in the engine's terms.</summary>
/// <param name="Type">The type.</param>
/// <param name="Width">Total digits of a decimal.</param>
/// <param name="Scale">Digits of a decimal after the point.</param>
internal readonly record struct ColumnType(DuckDBType Type, byte Width = 0, byte Scale = 0)
{
    public static ColumnType Text { get; } = new(DuckDBType.Varchar);

    public static ColumnType Blob { get; } = new(DuckDBType.Blob);

    public static ColumnType Uuid { get; } = new(DuckDBType.Uuid);

    public static ColumnType Int32 { get; } = new(DuckDBType.Integer);

    public static ColumnType Int64 { get; } = new(DuckDBType.BigInt);

    public DuckDBLogicalType Create() => Type == DuckDBType.Decimal
        ? NativeMethods.LogicalType.DuckDBCreateDecimalType(Width, Scale)
        : NativeMethods.LogicalType.DuckDBCreateLogicalType(Type);
}
