using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Until it is disposed, the file of a store keeps the content that it had when the hold was taken, whatever is loaded
/// meanwhile: new data goes to the write-ahead log, or to blocks of the file that were free.
/// </summary>
/// <param name="isHeld">False once the file was reopened, which loads may need when memory runs out.</param>
/// <param name="release">Ends the hold.</param>
public sealed class CheckpointHold(Func<bool> isHeld, Func<Task> release) : IAsyncDisposable
{
    /// <summary>Verifies that the file has been held without interruption until now.</summary>
    /// <exception cref="StoreUnavailableException">The file was reopened meanwhile.</exception>
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
