using System.Globalization;
using DuckDB.NET.Data;
using Tallystick.Metering.CustomSql;

namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>
/// Runs the queries of <c>CUSTOM_SQL</c> aggregations over the measurements of a store, each in a
/// <see cref="SqlSandbox"/> that has a copy of the measurements.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="options">The limits.</param>
public sealed class CustomSqlEngine(DuckDbMeasurementStore store, CustomSqlOptions options) : ICustomSqlEngine
{
    // How long a query may take to react to its interruption.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly FairSlots _slots = new(options.AtOnce);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CustomSqlResult>> RunAsync(
        CustomSqlQuery query, CancellationToken cancellationToken)
    {
        if (CustomSqlCheck.FindFault(query.Sql) is { } fault)
            return [.. query.Targets.Select(_ => new CustomSqlResult(null, fault))];
        var results = new List<CustomSqlResult>(query.Targets.Count);
        SqlSandbox? ready = null;
        try
        {
            foreach (var target in query.Targets)
            {
                // The run owns the sandbox until it returns it.
                var sandbox = ready;
                ready = null;
                try
                {
                    (var value, ready) = await RunAsync(sandbox, query, target, cancellationToken);
                    results.Add(new CustomSqlResult(value));
                }
                catch (CustomSqlException exception)
                {
                    results.Add(new CustomSqlResult(null, exception.Message));
                }
            }
        }
        finally
        {
            ready?.Dispose();
        }
        return results;
    }

    private async Task<(decimal? Value, SqlSandbox Sandbox)> RunAsync(
        SqlSandbox? ready, CustomSqlQuery query, CustomSqlTarget target, CancellationToken cancellationToken)
    {
        try
        {
            await _slots.EnterAsync(query.OrganizationId, cancellationToken);
        }
        catch
        {
            ready?.Dispose();
            throw;
        }
        var run = RunInSlotAsync(ready, query, target, cancellationToken);
        try
        {
            return await run.WaitAsync(options.Time * QueryTime.Patience + Grace, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // It keeps its slot and its sandbox until it ends, so that the number of such queries stays limited.
            _ = run.ContinueWith(
                late => late.IsCompletedSuccessfully ? Disposed(late.Result.Sandbox) : late.Exception,
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw TooSlow();
        }
    }

    private async Task<(decimal? Value, SqlSandbox Sandbox)> RunInSlotAsync(
        SqlSandbox? ready, CustomSqlQuery query, CustomSqlTarget target, CancellationToken cancellationToken)
    {
        using var time = new QueryTime(options.Time, cancellationToken);
        var ended = time.Ended;
        var sandbox = ready;
        var isWell = false;
        try
        {
            sandbox ??= await time.RunAsync(() => new SqlSandbox(options.MemoryMegabytes));
            var names = SandboxColumn.Of(query.Meter).Select(column => column.Name);
            var tree = await time.RunAsync(() => sandbox.Check(query.Sql, names));
            var columns = SandboxColumn.ReadBy(tree, query.Meter);
            await store.ReadPlannedAsync<int>(
                keys =>
                {
                    var rows = new SandboxRows(query, target, columns, options, keys);
                    return connection => rows.CopyTo(sandbox, connection, ended);
                },
                ended);
            var value = await time.RunAsync(() => sandbox.Run(query.Sql, ended));
            isWell = true;
            return (value, sandbox);
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or CustomSqlException or DuckDBException or IOException
            && ended.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw TooSlow();
        }
        finally
        {
            if (!isWell)
                sandbox?.Dispose();
            _slots.Leave();
        }
    }

    private CustomSqlException TooSlow() => new(string.Create(
        CultureInfo.InvariantCulture,
        $"needs more than {options.Time.TotalSeconds} s of processor time, or took more than "
        + $"{(options.Time * QueryTime.Patience).TotalSeconds} s"));

    private static Exception? Disposed(SqlSandbox sandbox)
    {
        sandbox.Dispose();
        return null;
    }
}
