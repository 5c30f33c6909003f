using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Tests.Harness;

/// <summary>
/// A store whose loads fail a number of times: before anything was kept, or after all of it was; or whenever they have
/// more rows than it takes.
/// </summary>
internal sealed class FaultyStore(
    IMeasurementStore inner, int faultsBefore, int faultsAfter, Task? held = null, int maxRows = int.MaxValue)
    : IMeasurementStore
{
    private int _before = faultsBefore;
    private int _after = faultsAfter;

    /// <summary>Loads that had too many rows.</summary>
    public int TooLarge { get; private set; }

    public IReadOnlyCollection<string> OrganizationIds => inner.OrganizationIds;

    public ValueTask<LogPosition> FindPositionAsync(CancellationToken cancellationToken) =>
        inner.FindPositionAsync(cancellationToken);

    public async ValueTask LoadAsync(MeasurementLoad load, CancellationToken cancellationToken)
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
        await inner.LoadAsync(load, cancellationToken);
        if (_after-- > 0)
            throw new IOException("The store went away while it answered.");
    }

    public Task<bool> SortAsync(Instant closedBefore, CancellationToken cancellationToken) =>
        inner.SortAsync(closedBefore, cancellationToken);

    public Task VisitUidsAsync(Instant receivedSince, UidVisitor visit, CancellationToken cancellationToken) =>
        inner.VisitUidsAsync(receivedSince, visit, cancellationToken);

    public Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken) =>
        inner.ReadAsync(query, cancellationToken);

    public Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken) =>
        inner.ExploreAsync(query, cancellationToken);

    public Task<bool> CompactAsync(LogPosition logStart, CancellationToken cancellationToken) =>
        inner.CompactAsync(logStart, cancellationToken);

    public Task<LoadedDays> ReadTalliesAsync(string organizationId, CancellationToken cancellationToken) =>
        inner.ReadTalliesAsync(organizationId, cancellationToken);

    public Task<CountedDays> CountRowsAsync(
        string organizationId, Instant receivedSince, CancellationToken cancellationToken) =>
        inner.CountRowsAsync(organizationId, receivedSince, cancellationToken);

    public Task<IReadOnlyList<FailedMeasurement>> ReadFailuresAsync(
        string organizationId, LogPosition before, Instant receivedSince, int limit,
        CancellationToken cancellationToken) =>
        inner.ReadFailuresAsync(organizationId, before, receivedSince, limit, cancellationToken);
}
