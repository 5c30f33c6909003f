using System.Buffers.Binary;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Appends rows to a table a chunk at a time, each column written as a whole into the engine's own memory: several
/// times as fast as row by row.
/// </summary>
internal sealed unsafe class ChunkAppender : IDisposable
{
    /// <summary>Most rows of a chunk.</summary>
    public const int ChunkRows = 2048;

    // A text takes 16 bytes: four of length, and the text itself where it has at most twelve.
    private const int TextBytes = 16;
    private const int LongestInline = 12;

    private readonly DuckDB.NET.Native.DuckDBAppender _appender;
    private readonly DuckDBDataChunk _chunk;
    private readonly IntPtr[] _vectors;

    /// <summary>Begins to append to a table within the connection's transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="types">The types of all of its columns.</param>
    public ChunkAppender(DuckDBConnection connection, string table, IReadOnlyList<ColumnType> types)
    {
        var state = NativeMethods.Appender.DuckDBAppenderCreate(
            connection.NativeConnection, null!, table, out _appender);
        ThrowUnless(state == DuckDBState.Success);
        var logical = types.Select(type => type.Create()).ToArray();
        try
        {
            _chunk = NativeMethods.DataChunks.DuckDBCreateDataChunk(
                [.. logical.Select(type => type.DangerousGetHandle())], (ulong)logical.Length);
        }
        finally
        {
            foreach (var type in logical)
                type.Dispose();
        }
        _vectors = new IntPtr[types.Count];
    }

    /// <summary>Begins a chunk.</summary>
    public void Begin()
    {
        NativeMethods.DataChunks.DuckDBDataChunkReset(_chunk);
        for (var column = 0; column < _vectors.Length; column++)
            _vectors[column] = NativeMethods.DataChunks.DuckDBDataChunkGetVector(_chunk, column);
    }

    /// <summary>The values of a column of a fixed size.</summary>
    public Span<T> Values<T>(int column)
        where T : unmanaged =>
        new(NativeMethods.Vectors.DuckDBVectorGetData(_vectors[column]), ChunkRows);

    /// <summary>Writes a text. Short ones are written as the engine keeps them, without asking it for room.</summary>
    public void Text(int column, int row, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= LongestInline)
        {
            var text = new Span<byte>(
                (byte*)NativeMethods.Vectors.DuckDBVectorGetData(_vectors[column]) + (row * TextBytes), TextBytes);
            text.Clear(); // texts are compared with what stands behind them, which must be zeros
            BinaryPrimitives.WriteInt32LittleEndian(text, utf8.Length);
            utf8.CopyTo(text[sizeof(int)..]);
            return;
        }
        fixed (byte* text = utf8)
        {
            NativeMethods.Vectors.DuckDBVectorAssignStringElementLength(
                _vectors[column], (ulong)row, text, utf8.Length);
        }
    }

    /// <summary>
    /// The bits that tell, row by row from the lowest on, which values of a column are there; all are, to begin with.
    /// </summary>
    public Span<ulong> Presence(int column)
    {
        NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(_vectors[column]);
        return new Span<ulong>(NativeMethods.Vectors.DuckDBVectorGetValidity(_vectors[column]), ChunkRows / 64);
    }

    /// <summary>Ends a chunk.</summary>
    public void Append(int rows)
    {
        NativeMethods.DataChunks.DuckDBDataChunkSetSize(_chunk, (ulong)rows);
        ThrowUnless(NativeMethods.Appender.DuckDBAppendDataChunk(_appender, _chunk) == DuckDBState.Success);
    }

    /// <summary>Ends the rows; they are part of the transaction.</summary>
    public void Close() => ThrowUnless(NativeMethods.Appender.DuckDBAppenderClose(_appender) == DuckDBState.Success);

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunk?.Dispose();
        _appender.Dispose();
    }

    private void ThrowUnless(bool isDone)
    {
        if (isDone)
            return;
        using var error = NativeMethods.Appender.DuckDBAppenderErrorData(_appender);
        throw new IOException(
            $"The measurement store cannot be written: {NativeMethods.ErrorData.DuckDBErrorDataMessage(error)}");
    }
}
