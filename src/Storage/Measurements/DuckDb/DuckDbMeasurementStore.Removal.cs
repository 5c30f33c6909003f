using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <content>Removing measurements on request.</content>
public sealed partial class DuckDbMeasurementStore
{
    /// <inheritdoc/>
    public bool HasAccount(string organizationId, string accountId) => _file.HasAccount(organizationId, accountId);

    /// <inheritdoc/>
    public async Task<VoidOutcome> VoidAsync(UsageVoid request, CancellationToken cancellationToken)
    {
        await _file.ReopenAfterFaultAsync();
        var found = await FindAsync(request, cancellationToken);
        VoidOutcome? outcome = null;
        await MaintainAsync(
            engine =>
            {
                outcome = engine.Keys.Organizations.TryGetValue(request.OrganizationId, out var organization)
                    ? new VoidTransaction(engine, request, organization).Run(found)
                    : new VoidOutcome(0, request.Uids);
                return true;
            },
            cancellationToken);
        return outcome!;
    }

    // The search reads much, so it runs like a query: loads and sorting continue. A row that is sorted meanwhile is in
    // another table then, but keeps its position.
    private Task<List<FoundRow>> FindAsync(UsageVoid request, CancellationToken cancellationToken) => _file.UseAsync(
        engine =>
        {
            if (!engine.Keys.Organizations.TryGetValue(request.OrganizationId, out var organization))
                return Task.FromResult<List<FoundRow>>([]);
            var keys = engine.Keys.Snapshot();
            return engine.Sessions.RunAsync(
                connection => Removal.Find(connection, organization, request.Id).IsDone
                    ? []
                    : UidSearch.Find(
                        connection, keys, organization, request.Uids, request.Before.Value, cancellationToken),
                cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<ErasureProgress> EraseAsync(UsageErasure request, CancellationToken cancellationToken)
    {
        var progress = new ErasureProgress(0, true);
        await MaintainAsync(
            engine =>
            {
                if (engine.Keys.Organizations.TryGetValue(request.OrganizationId, out var organization))
                {
                    progress = new ErasureTransaction(
                        engine, request, organization, _options.ErasedAtOnce).Run(cancellationToken);
                }
                return true;
            },
            cancellationToken);
        return progress;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyCollection<string>> FindUnfinishedAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken) => await ReadAsync(
        connection => connection.Command(
            "SELECT unnest($1) EXCEPT SELECT id FROM removals WHERE is_done", ids.ToList()),
        row => row.GetString(0), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteFailuresAsync(
        string organizationId, IReadOnlyList<LogPosition> positions, CancellationToken cancellationToken) =>
        MaintainAsync(
            engine =>
            {
                using var transaction = engine.Sorter.BeginTransaction();
                engine.Sorter.Execute(
                    """
                    DELETE FROM failures WHERE sequence IN (SELECT unnest($1))
                        AND organization IN (SELECT key FROM organizations WHERE id = $2)
                    """,
                    positions.Select(position => position.Value).ToList(), organizationId);
                StoredRewrites.Add(engine.Sorter, StoredRewrites.Failures);
                StoredRewrites.AddFreeBlocks(engine.Sorter);
                engine.Commits.Commit(transaction);
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ErasedMeasurement>> ReadErasedAsync(
        int partition, Instant receivedSince, LogPosition? after, int limit, CancellationToken cancellationToken)
    {
        RequireOnly(partition);
        return await InSessionAsync(
            connection => StoredUids.ReadErased(connection, receivedSince, after, limit), cancellationToken);
    }

    /// <summary>Takes a step in removing the bytes of erased measurements from the file.</summary>
    /// <returns>False if there was nothing to do.</returns>
    public Task<bool> RewriteAsync(CancellationToken cancellationToken) => MaintainAsync(
        engine =>
        {
            if (!StoredRewrites.Any(engine.Sorter))
                return false;
            _writing.Wait(cancellationToken);
            try
            {
                return new StoredRewrites(engine).TakeStep();
            }
            finally
            {
                _writing.Release();
            }
        },
        cancellationToken);
}
