using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using Tallystick.Metering.CustomSql;
using NativeAppender = DuckDB.NET.Native.DuckDBAppender;

namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>
/// A database in memory that runs queries from users. It has one table, no access to files, the network or extensions,
/// and settings that cannot be changed. It uses one thread: that of the caller.
/// </summary>
internal sealed partial class SqlSandbox : IDisposable
{
    private const int SelectStatement = 1;

    private static readonly string[] Settings =
    [
        "SET temp_directory = ''",
        "SET max_temp_directory_size = '0MB'",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET allow_community_extensions = false",
        "SET allow_unsigned_extensions = false",
        "SET allow_persistent_secrets = false",
        "SET TimeZone = 'UTC'",
        // Return the memory of a query to the system, as the engine of the measurement store does.
        "SET allocator_flush_threshold = '16MB'",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ];

    private readonly DuckDBConnection _connection;

    /// <summary>Opens the database.</summary>
    public SqlSandbox(int megabytes)
    {
        _connection = new DuckDBConnection(new DuckDBConnectionStringBuilder
        {
            DataSource = ":memory:",
            ["memory_limit"] = FormattableString.Invariant($"{megabytes}MB"),
            ["threads"] = "1",
        }.ConnectionString);
        _connection.Open();
        foreach (var setting in Settings)
            _connection.Execute(setting);
    }

    /// <summary>Checks a query, which the engine only parses.</summary>
    /// <exception cref="CustomSqlException">The query is not allowed.</exception>
    public SqlTree Check(string sql, IEnumerable<string> columns)
    {
        using var command = _connection.Command("SELECT json_serialize_sql($1::VARCHAR)::VARCHAR", sql);
        return SqlTree.Check((string)command.ExecuteScalar()!, columns);
    }

    /// <summary>Makes the table anew, without rows.</summary>
    /// <param name="columns">Its columns.</param>
    /// <param name="number">The type of numbers.</param>
    public void MakeTable(IReadOnlyList<SandboxColumn> columns, string number)
    {
        var list = string.Join(", ", columns.Select(column => $"{column.Quoted} {column.SqlType(number)}"));
        try
        {
            _connection.Execute($"DROP TABLE IF EXISTS {SqlTree.Table}");
            _connection.Execute($"CREATE TABLE {SqlTree.Table} ({list})");
        }
        catch (DuckDBException exception)
        {
            throw Failed(exception.Message);
        }
    }

    /// <summary>Adds rows to the table, given as chunks of the same columns.</summary>
    /// <exception cref="CustomSqlException">They do not fit into memory.</exception>
    public SandboxAppender Append() => new(_connection);

    /// <summary>
    /// Runs a query, then drops the table. The result must be one number. If the token is cancelled, the query fails.
    /// </summary>
    /// <exception cref="CustomSqlException">The query failed, or the result is something else.</exception>
    public decimal? Run(string sql, CancellationToken cancellationToken)
    {
        decimal? value;
        using (new Interruption(_connection, cancellationToken))
            value = Run(sql);
        _connection.Execute($"DROP TABLE {SqlTree.Table}");
        return value;
    }

    private decimal? Run(string sql)
    {
        var state = NativeMethods.PreparedStatements.DuckDBPrepare(
            _connection.NativeConnection, sql, out var statement);
        using (statement)
        {
            if (state != DuckDBState.Success)
                throw Failed(NativeMethods.PreparedStatements.DuckDBPrepareError(statement));
            if (StatementType(statement) != SelectStatement)
                throw new CustomSqlException("must be a single SELECT statement");
            state = NativeMethods.PreparedStatements.DuckDBExecutePreparedStreaming(statement, out var result);
            try
            {
                return state == DuckDBState.Success
                    ? SandboxResult.Read(ref result)
                    : throw Failed(NativeMethods.Query.DuckDBResultError(ref result));
            }
            finally
            {
                NativeMethods.Query.DuckDBDestroyResult(ref result);
            }
        }
    }

    /// <summary>An error of the engine, without the lines that repeat the query.</summary>
    public static CustomSqlException Failed(string? message)
    {
        var first = (message ?? "").Split('\n', 2)[0].Trim();
        if (first.StartsWith("Out of Memory", StringComparison.Ordinal))
            return new CustomSqlException("needs more memory than a query may use");
        return new CustomSqlException(first.Length > 0 ? first : "the query failed");
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    [LibraryImport("duckdb", EntryPoint = "duckdb_prepared_statement_type")]
    private static partial int StatementType(DuckDBPreparedStatement statement);
}

/// <summary>Copies chunks of rows, without converting values.</summary>
internal sealed class SandboxAppender : IDisposable
{
    private readonly NativeAppender _appender;

    public SandboxAppender(DuckDBConnection connection)
    {
        var state = NativeMethods.Appender.DuckDBAppenderCreate(
            connection.NativeConnection, null!, SqlTree.Table, out _appender);
        if (state != DuckDBState.Success)
            throw new IOException("The table for a custom SQL query cannot be filled.");
    }

    /// <summary>Copies a chunk.</summary>
    public void Add(DuckDBDataChunk chunk) => Require(NativeMethods.Appender.DuckDBAppendDataChunk(_appender, chunk));

    /// <summary>Completes the table.</summary>
    public void Complete() => Require(NativeMethods.Appender.DuckDBAppenderClose(_appender));

    /// <inheritdoc/>
    public void Dispose() => _appender.Dispose();

    private void Require(DuckDBState state)
    {
        if (state == DuckDBState.Success)
            return;
        using var error = NativeMethods.Appender.DuckDBAppenderErrorData(_appender);
        throw SqlSandbox.Failed(NativeMethods.ErrorData.DuckDBErrorDataMessage(error));
    }
}
