using System.Numerics;
using DuckDB.NET.Native;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CustomSql;

namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>Reads the result of a query, at most one row with one number.</summary>
internal static class SandboxResult
{
    /// <returns>The number; null if it is null or there is no row.</returns>
    /// <exception cref="CustomSqlException">The query failed, or the result is something else.</exception>
    public static decimal? Read(ref DuckDBResult result)
    {
        if (NativeMethods.Query.DuckDBColumnCount(ref result) is not 1 and var columns)
            throw new CustomSqlException($"must return one column, not {columns}");
        using var type = NativeMethods.Query.DuckDBColumnLogicalType(ref result, 0);
        var read = Reader(type);
        decimal? value = null;
        var rows = 0;
        while (true)
        {
            using var data = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(result);
            var count = data.IsInvalid ? 0 : (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(data);
            if (count == 0)
                break;
            rows += count;
            if (rows > 1)
                throw new CustomSqlException("must return one row, but returned several");
            var chunk = new Chunk(data, count);
            if (chunk.Presence(0) is not [var bits, ..] || (bits & 1) != 0)
                value = read(chunk);
        }
        if (NativeMethods.Query.DuckDBResultError(ref result) is { Length: > 0 } fault)
            throw SqlSandbox.Failed(fault);
        return value;
    }

    private delegate decimal ValueReader(Chunk chunk);

    private static ValueReader Reader(DuckDBLogicalType type)
    {
        var id = NativeMethods.LogicalType.DuckDBGetTypeId(type);
        if (id == DuckDBType.Decimal)
        {
            var scale = NativeMethods.LogicalType.DuckDBDecimalScale(type);
            var integer = Integers(NativeMethods.LogicalType.DuckDBDecimalInternalType(type))
                ?? throw new CustomSqlException("must return a number");
            return chunk => Exact(integer(chunk), scale);
        }
        if (Integers(id) is { } whole)
            return chunk => Exact(whole(chunk), 0);
        return id switch
        {
            DuckDBType.Double => chunk => Rounded(chunk.Values<double>(0)[0]),
            _ => throw new CustomSqlException(
                $"must return a number, not a value of the type {id.ToString().ToUpperInvariant()}"),
        };
    }

    private delegate BigInteger IntegerReader(Chunk chunk);

    private static IntegerReader? Integers(DuckDBType type) => type switch
    {
        DuckDBType.TinyInt => chunk => chunk.Values<sbyte>(0)[0],
        DuckDBType.SmallInt => chunk => chunk.Values<short>(0)[0],
        DuckDBType.Integer => chunk => chunk.Values<int>(0)[0],
        DuckDBType.BigInt => chunk => chunk.Values<long>(0)[0],
        DuckDBType.HugeInt => chunk => chunk.Values<Int128>(0)[0],
        DuckDBType.UnsignedTinyInt => chunk => chunk.Values<byte>(0)[0],
        DuckDBType.UnsignedSmallInt => chunk => chunk.Values<ushort>(0)[0],
        DuckDBType.UnsignedInteger => chunk => chunk.Values<uint>(0)[0],
        DuckDBType.UnsignedBigInt => chunk => chunk.Values<ulong>(0)[0],
        DuckDBType.UnsignedHugeInt => chunk => chunk.Values<UInt128>(0)[0],
        _ => null,
    };

    private static decimal Exact(BigInteger units, int scale)
    {
        // A number of the engine has up to 38 digits after the point, of which at most 28 can be other than zero.
        while (scale > ExactNumber.MaximumScale)
        {
            units = BigInteger.DivRem(units, 10, out var cut);
            if (!cut.IsZero)
                throw TooLong();
            scale--;
        }
        try
        {
            return ExactTotal.OfUnits(units, scale).ToDecimal();
        }
        catch (OverflowException)
        {
            throw TooLong();
        }
    }

    // The conversion rounds to 15 digits, which hides the errors of binary fractions.
    private static decimal Rounded(double value)
    {
        if (!double.IsFinite(value))
            throw new CustomSqlException("the result is not a number, as after a division by zero");
        try
        {
            return ExactDecimal.WithoutZeros((decimal)value);
        }
        catch (OverflowException)
        {
            throw TooLong();
        }
    }

    private static CustomSqlException TooLong() => new(
        $"the result has more than {ExactNumber.MaximumDigits} digits and would have to be rounded");
}
