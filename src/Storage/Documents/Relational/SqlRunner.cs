using System.Data.Common;
using System.Globalization;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Runs statements on one connection and caches recent commands. Not thread-safe.</summary>
internal sealed class SqlRunner(DbConnection connection, SqlDialect dialect) : IAsyncDisposable
{
    private const int MaxCommands = 200;

    /// <summary>
    /// Numbers reserved at a time, so that few changes write the counter. Unused numbers are lost on a failure and at
    /// shutdown.
    /// </summary>
    private const long SequencesAtOnce = 1_000;

    /// <summary>Maximum parameters of statements that are deferred together.</summary>
    private const int MaxDeferredValues = 2_000;

    private readonly Dictionary<string, DbCommand> _commands = [];
    private SqlText? _deferred;
    private bool _isToBegin;
    private long _lastSequence;
    private long _lastReserved;

    internal SqlDialect Dialect => dialect;

    /// <summary>Whether a statement fails after the timeout that the connection sets.</summary>
    internal bool HasTimeLimit { get; set; } = true;

    /// <summary>
    /// Whether a statement has failed since the transaction began or was restored; the transaction must then not be
    /// committed.
    /// </summary>
    internal bool HasFailed { get; private set; }

    /// <summary>Begins a transaction.</summary>
    /// <param name="mayBeOneBatch">
    /// Whether BEGIN and COMMIT can be omitted if all statements go to the engine in one batch, which is then
    /// implicitly a transaction. It must not use savepoints.
    /// </param>
    internal ValueTask BeginAsync(bool mayBeOneBatch = false)
    {
        HasFailed = false;
        _isToBegin = mayBeOneBatch;
        return mayBeOneBatch ? ValueTask.CompletedTask : DeferAsync(new SqlText().Append(dialect.Begin));
    }

    /// <summary>Commits the transaction. If this fails, the transaction remains open.</summary>
    internal async Task CommitAsync()
    {
        if (HasFailed)
            throw new InvalidOperationException("A statement of the transaction has failed.");

        // After a cancellation, the result would be unknown.
        if (!_isToBegin)
            await ReadAsync(new SqlText().Append("COMMIT"), _ => true, CancellationToken.None);
        _isToBegin = false;
        await FlushAsync();
    }

    /// <summary>Rolls back and ends the transaction.</summary>
    internal async ValueTask RollbackAsync()
    {
        (_deferred, _isToBegin) = (null, false);
        HasFailed = false;
        ForgetReserved();
        try
        {
            await ExecuteAsync("ROLLBACK", CancellationToken.None);
        }
        catch (Exception failure) when (failure is DbException or InvalidOperationException)
        {
            // The engine has already rolled back, or the connection and the transaction are lost.
        }
    }

    /// <summary>Rolls back to the savepoint.</summary>
    internal async Task RestoreAsync(string savepoint)
    {
        ForgetReserved();
        await ExecuteAsync($"ROLLBACK TO SAVEPOINT {savepoint}", CancellationToken.None);
        HasFailed = false;
    }

    /// <summary>Runs the work as one transaction: committed if it returns, rolled back if it throws.</summary>
    internal async Task TransactAsync(Func<Task> work)
    {
        await BeginAsync();
        try
        {
            await work();
            await CommitAsync();
        }
        catch
        {
            await RollbackAsync();
            throw;
        }
    }

    /// <summary>
    /// Runs a statement whose result is not needed: at once if the engine is embedded, otherwise in the same round trip
    /// as the next statement, which then also reports its failure.
    /// </summary>
    internal async ValueTask DeferAsync(SqlText sql)
    {
        if (dialect.IsEmbedded)
        {
            await ExecuteAsync(sql, CancellationToken.None);
            return;
        }
        _deferred = _deferred?.Then(sql) ?? sql;
        if (_deferred.Values.Count > MaxDeferredValues)
            await FlushAsync();
    }

    /// <summary>Runs the deferred statements.</summary>
    internal async Task FlushAsync()
    {
        if (TakeDeferred() is { } before)
            await WatchAsync(() => Prepare(before).ExecuteNonQueryAsync(CancellationToken.None));
    }

    /// <summary>The sequence number of the document that is inserted next.</summary>
    internal async ValueTask<SqlText> NextSequenceAsync()
    {
        if (dialect.NextSequence is { } expression)
            return new SqlText().Append(expression);
        if (_lastSequence == _lastReserved)
        {
            var reserve = new SqlText().Append(dialect.ReserveSequences(SequencesAtOnce));
            _lastReserved = (await ReadAsync(reserve, row => row.GetInt64(0), CancellationToken.None))[0];
            _lastSequence = _lastReserved - SequencesAtOnce;
        }
        return new SqlText().Value(++_lastSequence);
    }

    /// <summary>Runs a statement and returns the number of rows written.</summary>
    internal async Task<int> ExecuteAsync(SqlText sql, CancellationToken cancellationToken)
    {
        await FlushAsync();
        return await WatchAsync(() => Prepare(sql).ExecuteNonQueryAsync(cancellationToken));
    }

    /// <summary>Runs a statement without parameters.</summary>
    internal Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        ExecuteAsync(new SqlText().Append(sql), cancellationToken);

    /// <summary>Reads all rows.</summary>
    internal Task<List<T>> ReadAsync<T>(
        SqlText sql, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var due = TakeDeferred()?.Then(sql) ?? sql;
        return WatchAsync(async () =>
        {
            await using var reader = await Prepare(due).ExecuteReaderAsync(cancellationToken);
            for (var i = 0; i < due.UnreadRowSets; i++)
                await reader.NextResultAsync(cancellationToken);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken))
                rows.Add(read(reader));
            return rows;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetCommandsAsync();
        await connection.DisposeAsync();
    }

    private SqlText? TakeDeferred()
    {
        var taken = _deferred;
        if (_isToBegin)
        {
            var begin = new SqlText().Append(dialect.Begin);
            taken = taken is null ? begin : begin.Then(taken);
        }
        (_deferred, _isToBegin) = (null, false);
        return taken;
    }

    // The numbers may have been reserved by changes that are being undone.
    private void ForgetReserved() => (_lastSequence, _lastReserved) = (0, 0);

    private async Task<T> WatchAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    private DbCommand Prepare(SqlText sql)
    {
        var text = sql.ToString();
        if (!_commands.TryGetValue(text, out var command))
        {
            if (_commands.Count == MaxCommands)
                ForgetCommands();
            command = Create(text, sql.Values.Count);
            _commands.Add(text, command);
        }

        for (var i = 0; i < sql.Values.Count; i++)
            dialect.Bind(command.Parameters[i], sql.Values[i]);
        return command;
    }

    private DbCommand Create(string text, int parameterCount)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        if (!HasTimeLimit)
            command.CommandTimeout = 0;
        for (var i = 0; i < parameterCount; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@p" + i.ToString(CultureInfo.InvariantCulture);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private void ForgetCommands()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _commands.Clear();
    }

    private async ValueTask ForgetCommandsAsync()
    {
        foreach (var command in _commands.Values)
            await command.DisposeAsync();
        _commands.Clear();
    }
}
