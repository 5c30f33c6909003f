using System.Data.Common;
using System.Globalization;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Runs statements on one connection, by one caller at a time, and keeps recent commands.</summary>
internal sealed class SqlRunner(DbConnection connection, SqlDialect dialect) : IAsyncDisposable
{
    private const int MostCommands = 200;

    private readonly Dictionary<string, DbCommand> _commands = [];
    private DbTransaction? _transaction;

    internal SqlDialect Dialect => dialect;

    /// <summary>Runs the work as one transaction: kept when it returns, undone when it throws.</summary>
    internal async Task<T> TransactAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        _transaction = transaction;
        try
        {
            var result = await work();

            // From here on a cancellation would only leave the caller in doubt.
            await transaction.CommitAsync(CancellationToken.None);
            return result;
        }
        finally
        {
            _transaction = null;
        }
    }

    /// <summary>Runs a statement and returns the number of rows written.</summary>
    internal Task<int> ExecuteAsync(SqlText sql, CancellationToken cancellationToken) =>
        Prepare(sql).ExecuteNonQueryAsync(cancellationToken);

    /// <summary>Runs a statement without parameters.</summary>
    internal Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        ExecuteAsync(new SqlText().Append(sql), cancellationToken);

    /// <summary>Reads all rows.</summary>
    internal async Task<List<T>> ReadAsync<T>(
        SqlText sql, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var reader = await Prepare(sql).ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await ForgetCommandsAsync();
        await connection.DisposeAsync();
    }

    private DbCommand Prepare(SqlText sql)
    {
        var text = sql.ToString();
        if (!_commands.TryGetValue(text, out var command))
        {
            if (_commands.Count == MostCommands)
                ForgetCommands();
            command = Create(text, sql.Values.Count);
            _commands.Add(text, command);
        }

        for (var i = 0; i < sql.Values.Count; i++)
            dialect.Bind(command.Parameters[i], sql.Values[i]);
        command.Transaction = _transaction;
        return command;
    }

    private DbCommand Create(string text, int parameterCount)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
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
