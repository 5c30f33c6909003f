namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Rows for a table.</summary>
internal interface IRowSource
{
    /// <summary>The types of all of the table's columns.</summary>
    IReadOnlyList<ColumnType> Types { get; }

    /// <summary>How many rows there are.</summary>
    int Count { get; }

    /// <summary>
    /// Writes some of the rows. The connection is busy meanwhile: to run another statement on it would wait for ever.
    /// </summary>
    /// <param name="chunk">Where to.</param>
    /// <param name="first">The first of them, a multiple of <see cref="ChunkWriter.ChunkRows"/>.</param>
    /// <param name="count">How many.</param>
    void Write(ChunkWriter chunk, int first, int count);
}
