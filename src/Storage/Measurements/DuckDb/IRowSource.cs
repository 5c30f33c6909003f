namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Rows to insert into a table.</summary>
internal interface IRowSource
{
    /// <summary>The types of all of the table's columns.</summary>
    IReadOnlyList<ColumnType> Types { get; }

    /// <summary>Number of rows.</summary>
    int Count { get; }

    /// <summary>
    /// Writes some of the rows. The connection is busy during the call: running another statement on it would deadlock.
    /// </summary>
    /// <param name="chunk">The chunk to write to.</param>
    /// <param name="first">The first row, a multiple of <see cref="ChunkWriter.ChunkRows"/>.</param>
    /// <param name="count">The number of rows.</param>
    void Write(ChunkWriter chunk, int first, int count);
}
