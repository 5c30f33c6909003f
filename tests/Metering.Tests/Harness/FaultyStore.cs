using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Tests.Harness;

/// <summary>A store whose loads fail a number of times: before anything was kept, or after all of it was.</summary>
internal sealed class FaultyStore(IMeasurementStore inner, int faultsBefore, int faultsAfter) : IMeasurementStore
{
    private int _before = faultsBefore;
    private int _after = faultsAfter;

    public ValueTask<LogPosition> FindPositionAsync(CancellationToken cancellationToken) =>
        inner.FindPositionAsync(cancellationToken);

    public async ValueTask LoadAsync(MeasurementLoad load, CancellationToken cancellationToken)
    {
        if (_before-- > 0)
            throw new IOException("The store is away.");
        await inner.LoadAsync(load, cancellationToken);
        if (_after-- > 0)
            throw new IOException("The store went away while it answered.");
    }

    public IAsyncEnumerable<ReceivedUid> ReadUidsAsync(Instant receivedSince, CancellationToken cancellationToken) =>
        inner.ReadUidsAsync(receivedSince, cancellationToken);

    public Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken) =>
        inner.ReadAsync(query, cancellationToken);

    public Task<LoadTally> ConservationAsync(string organizationId, CancellationToken cancellationToken) =>
        inner.ConservationAsync(organizationId, cancellationToken);

    public Task<IReadOnlyList<StoredFailure>> ReadFailuresAsync(
        string organizationId, long afterSequence, int limit, CancellationToken cancellationToken) =>
        inner.ReadFailuresAsync(organizationId, afterSequence, limit, cancellationToken);
}
