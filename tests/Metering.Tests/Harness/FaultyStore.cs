using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Tests.Harness;

/// <summary>
/// A store whose loads fail a number of times: before anything was kept, or after all of it was; or whenever they have
/// more rows than it takes.
/// </summary>
internal sealed class FaultyStore(
    ILoadTarget inner, int faultsBefore, int faultsAfter, Task? held = null, int maxRows = int.MaxValue)
    : ILoadTarget
{
    private int _before = faultsBefore;
    private int _after = faultsAfter;

    /// <summary>Loads that had too many rows.</summary>
    public int TooLarge { get; private set; }

    public int PreferredLoadSize { get; init; } = inner.PreferredLoadSize;

    public ValueTask<LogPosition> FindPositionAsync(int partition, CancellationToken cancellationToken) =>
        inner.FindPositionAsync(partition, cancellationToken);

    public async ValueTask<LoadOutcome> ApplyAsync(MeasurementLoad load, CancellationToken cancellationToken)
    {
        if (held is not null)
            await held;
        if (load.Meters.Sum(rows => rows.Count) > maxRows)
        {
            TooLarge++;
            throw new LoadTooLargeException("Too large.", new IOException("There is no memory."));
        }
        if (_before-- > 0)
            throw new IOException("The store is away.");
        var outcome = await inner.ApplyAsync(load, cancellationToken);
        return _after-- > 0 ? throw new IOException("The store went away while it answered.") : outcome;
    }
}
