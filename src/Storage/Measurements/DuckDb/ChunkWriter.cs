using System.Buffers.Binary;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>A chunk of rows in the engine's own memory, written column by column.</summary>
/// <param name="columns">Number of columns.</param>
internal sealed unsafe class ChunkWriter(int columns)
{
    /// <summary>Maximum rows of a chunk.</summary>
    public const int ChunkRows = 2048;

    // A text takes 16 bytes: four of length, and the text itself if it has at most twelve bytes.
    private const int TextBytes = 16;
    private const int MaxInline = 12;

    private readonly IntPtr[] _vectors = new IntPtr[columns];
    private readonly IntPtr[] _values = new IntPtr[columns];

    /// <summary>Moves on to an empty chunk of the engine.</summary>
    public void Begin(DuckDBDataChunk chunk)
    {
        for (var column = 0; column < columns; column++)
        {
            _vectors[column] = NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, column);
            _values[column] = (IntPtr)NativeMethods.Vectors.DuckDBVectorGetData(_vectors[column]);
        }
    }

    /// <summary>The values of a fixed-size column.</summary>
    public Span<T> Values<T>(int column)
        where T : unmanaged =>
        new((void*)_values[column], ChunkRows);

    /// <summary>
    /// Writes a text. Short ones are written directly in the engine's format, without a call to the engine.
    /// </summary>
    public void Text(int column, int row, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= MaxInline)
        {
            var text = new Span<byte>((byte*)_values[column] + (row * TextBytes), TextBytes);
            text.Clear(); // the engine compares texts including their padding, which must be zeros
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

    /// <summary>The validity bits of a column, starting with the lowest bit; initially all values are valid.</summary>
    public Span<ulong> Presence(int column)
    {
        NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(_vectors[column]);
        return new Span<ulong>(NativeMethods.Vectors.DuckDBVectorGetValidity(_vectors[column]), ChunkRows / 64);
    }
}
