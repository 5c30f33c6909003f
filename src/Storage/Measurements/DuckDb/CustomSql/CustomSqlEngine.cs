using System.Diagnostics;
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
        string? refusal = null;
        var used = TimeSpan.Zero;
        try
        {
            foreach (var target in query.Targets)
            {
                refusal ??= used >= query.Time
                    ? "the queries for the account take too long together"
                    : await EnterAsync(query.OrganizationId, cancellationToken);
                if (refusal is not null)
                {
                    results.Add(new CustomSqlResult(null, refusal));
                    continue;
                }
                // The run owns the sandbox until it returns it.
                var sandbox = ready;
                ready = null;
                var watch = Stopwatch.StartNew();
                decimal? value = null;
                string? failure = null;
                try
                {
                    (value, ready) = await RunAsync(sandbox, query, target, cancellationToken);
                }
                catch (CustomSqlException exception)
                {
                    failure = exception.Message;
                }
                used += watch.Elapsed;
                results.Add(new CustomSqlResult(value, failure, watch.Elapsed));
            }
        }
        finally
        {
            ready?.Dispose();
        }
        return results;
    }

    // Waits for a slot; returns why there is none.
    private async Task<string?> EnterAsync(string organizationId, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        waiting.CancelAfter(options.Wait);
        try
        {
            await _slots.EnterAsync(organizationId, waiting.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"waited for more than {options.Wait.TotalSeconds} s, because other queries are running");
        }
    }

    // In a slot, which the run leaves when it ends.
    private async Task<(decimal? Value, SqlSandbox Sandbox)> RunAsync(
        SqlSandbox? ready, CustomSqlQuery query, CustomSqlTarget target, CancellationToken cancellationToken)
    {
        var time = new QueryTime(options.Time, cancellationToken);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = time.Ended.Register(ended.SetResult);
        var run = RunInSlotAsync(time, ready, query, target, cancellationToken);
        await Task.WhenAny(run, ended.Task);
        try
        {
            return await run.WaitAsync(Grace, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // It keeps its slot and its sandbox until it ends, so that the number of such queries stays limited.
            _ = run.ContinueWith(
                late => late.IsCompletedSuccessfully ? Disposed(late.Result.Sandbox) : late.Exception,
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
            throw TooSlow();
        }
    }

    private async Task<(decimal? Value, SqlSandbox Sandbox)> RunInSlotAsync(
        QueryTime time, SqlSandbox? ready, CustomSqlQuery query, CustomSqlTarget target,
        CancellationToken cancellationToken)
    {
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
        // A fault of one query must not end the job that runs it.
        catch (Exception exception) when (
            exception is DuckDBException or IOException or KeyNotFoundException or InvalidOperationException
                and not ObjectDisposedException)
        {
            throw new CustomSqlException("the query could not be run; try again later", exception);
        }
        finally
        {
            time.Dispose();
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
