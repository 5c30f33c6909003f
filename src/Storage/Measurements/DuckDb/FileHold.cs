namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// For as long as it is not disposed of, the file of a store holds, whatever is loaded meanwhile, what it held when
/// this was taken: what comes later stands in the journal beside it, or in blocks of the file that were free.
/// </summary>
/// <param name="release">Ends it.</param>
public sealed class FileHold(Func<Task> release) : IAsyncDisposable
{
    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await release();
}
