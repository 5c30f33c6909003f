using System.Buffers.Binary;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>A chunk of rows in the engine's own memory, into which each column is written as a whole.</summary>
/// <param name="columns">How many columns there are.</param>
internal sealed unsafe class ChunkWriter(int columns)
{
    /// <summary>Most rows of a chunk.</summary>
    public const int ChunkRows = 2048;

    // A text takes 16 bytes: four of length, and the text itself where it has at most twelve.
    private const int TextBytes = 16;
    private const int MaxInline = 12;

    private readonly IntPtr[] _vectors = new IntPtr[columns];
    private readonly IntPtr[] _values = new IntPtr[columns];

    /// <summary>Goes on to a chunk of the engine's, which holds nothing yet.</summary>
    public void Begin(DuckDBDataChunk chunk)
    {
        for (var column = 0; column < columns; column++)
        {
            _vectors[column] = NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column);
            _values[column] = (IntPtr)NativeMethods.Vectors.DuckDBVectorGetData(_vectors[column]);
        }
    }

    /// <summary>The values of a column of a fixed size.</summary>
    public Span<T> Values<T>(int column)
        where T : unmanaged =>
        new((void*)_values[column], ChunkRows);

    /// <summary>Writes a text. Short ones are written as the engine keeps them, without asking it for room.</summary>
    public void Text(int column, int row, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= MaxInline)
        {
            var text = new Span<byte>((byte*)_values[column] + (row * TextBytes), TextBytes);
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
}
