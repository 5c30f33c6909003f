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
        DuckDBConnection connection, string sql, Action<Chunk> show, CancellationToken cancellationToken)
    {
        var state = NativeMethods.PreparedStatements.DuckDBPrepare(connection.NativeConnection, sql, out var statement);
        using (statement)
        {
            if (state != DuckDBState.Success)
                throw new IOException(NativeMethods.PreparedStatements.DuckDBPrepareError(statement));
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
}

/// <summary>Rows of a query; valid only during the callback.</summary>
internal readonly unsafe ref struct Chunk(DuckDBDataChunk chunk, int rows)
{
    private const int MaxInline = 12;

    public int Rows => rows;

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
