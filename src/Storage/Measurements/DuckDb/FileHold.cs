using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// For as long as it is not disposed of, the file of a store holds, whatever is loaded meanwhile, what it held when
/// this was taken: what comes later stands in the journal beside it, or in blocks of the file that were free.
/// </summary>
/// <param name="isHeld">False once the file was opened anew, which loads may need when memory runs out.</param>
/// <param name="release">Ends it.</param>
public sealed class FileHold(Func<bool> isHeld, Func<Task> release) : IAsyncDisposable
{
    /// <summary>Makes sure that the file has been held until now.</summary>
    /// <exception cref="StoreUnavailableException">It was opened anew meanwhile.</exception>
    public void RequireHeld()
    {
        if (!isHeld())
        {
            throw new StoreUnavailableException(
                "The measurement store ran out of memory and was reopened, so its file may have changed while it was "
                + "being copied. Start the backup again.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await release();
}
