using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Reads the rows of a query chunk by chunk, without holding all rows and without allocating objects for them.
/// </summary>
internal static unsafe class ChunkReader
{
    /// <summary>
    /// Runs a statement, which must not contain text from users, and passes each chunk to a callback.
    /// </summary>
    public static void Read(
        DuckDBConnection connection, string sql, Action<Chunk> show, CancellationToken cancellationToken) =>
        Read(connection, sql, [], show, cancellationToken);

    /// <summary>The same, with parameters: texts, and lists of texts or integers.</summary>
    public static void Read(
        DuckDBConnection connection, string sql, IReadOnlyList<DuckDBParameter> parameters, Action<Chunk> show,
        CancellationToken cancellationToken)
    {
        var state = NativeMethods.PreparedStatements.DuckDBPrepare(connection.NativeConnection, sql, out var statement);
        using (statement)
        {
            if (state != DuckDBState.Success)
                throw new IOException(NativeMethods.PreparedStatements.DuckDBPrepareError(statement));
            foreach (var (index, parameter) in parameters.Index())
                Bind(statement, index + 1, parameter.Value!);
            state = NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out var result);
            try
            {
                if (state != DuckDBState.Success)
                    throw new IOException(NativeMethods.Query.DuckDBResultError(ref result));
                while (true)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    using var chunk = NativeMethods.StreamingResult.DuckDBStreamFetchChunk(result);
                    if (chunk.IsInvalid)
                        break;
                    var rows = (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(chunk);
                    if (rows == 0)
                        break;
                    show(new Chunk(chunk, rows));
                }
                if (NativeMethods.Query.DuckDBResultError(ref result) is { Length: > 0 } fault)
                    throw new IOException(fault);
            }
            finally
            {
                NativeMethods.Query.DuckDBDestroyResult(ref result);
            }
        }
    }

    private static void Bind(DuckDBPreparedStatement statement, int index, object value)
    {
        using var native = value switch
        {
            string text => NativeMethods.Value.DuckDBCreateVarchar(text),
            IEnumerable<string> texts => ListOf(
                ColumnType.Text, [.. texts.Select(text => NativeMethods.Value.DuckDBCreateVarchar(text))]),
            IEnumerable<int> integers => ListOf(
                ColumnType.Int32, [.. integers.Select(one => NativeMethods.Value.DuckDBCreateInt32(one))]),
            _ => throw new ArgumentException($"Values of {value.GetType()} cannot be parameters.", nameof(value)),
        };
        if (NativeMethods.PreparedStatements.DuckDBBindValue(statement, index, native) != DuckDBState.Success)
            throw new IOException(FormattableString.Invariant($"Parameter {index} does not fit the statement."));
    }

    private static DuckDBValue ListOf(ColumnType elements, DuckDBValue[] values)
    {
        using var type = elements.Create();
        var list = NativeMethods.Value.DuckDBCreateListValue(type, values, values.Length);
        foreach (var value in values)
            value.Dispose();
        return list;
    }
}

/// <summary>Rows of a query; valid only during the callback.</summary>
internal readonly unsafe ref struct Chunk(DuckDBDataChunk chunk, int rows)
{
    private const int MaxInline = 12;

    public int Rows => rows;

    /// <summary>The chunk itself, to be copied as it is.</summary>
    public DuckDBDataChunk Data => chunk;

    public ReadOnlySpan<T> Values<T>(int column)
        where T : unmanaged =>
        new(NativeMethods.Vectors.DuckDBVectorGetData(Vector(column)), rows);

    /// <summary>The validity bits of a column; empty if no value is null.</summary>
    public ReadOnlySpan<ulong> Presence(int column)
    {
        var bits = NativeMethods.Vectors.DuckDBVectorGetValidity(Vector(column));
        return bits == null ? [] : new ReadOnlySpan<ulong>(bits, (rows + 63) / 64);
    }

    /// <summary>
    /// A text. The engine stores four bytes of length, then either the text itself, up to twelve bytes, or its first
    /// four bytes and its address.
    /// </summary>
    public ReadOnlySpan<byte> Text(int column, int row)
    {
        var text = (byte*)NativeMethods.Vectors.DuckDBVectorGetData(Vector(column)) + (row * 16);
        var length = Unsafe.ReadUnaligned<int>(text);
        return length <= MaxInline
            ? new ReadOnlySpan<byte>(text + sizeof(int), length)
            : new ReadOnlySpan<byte>(*(byte**)(text + 8), length);
    }

    private IntPtr Vector(int column) => NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column);
}
