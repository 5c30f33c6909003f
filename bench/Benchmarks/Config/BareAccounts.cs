using System.Data.Common;
using Tallystick.Benchmarks.Load;

namespace Tallystick.Benchmarks.Config;

/// <summary>
/// The hand-written alternative: the same documents in a table with the same keys, and an event for each change in the
/// same transaction, by ADO.NET alone, with prepared statements. It is spared HTTP, tokens, permissions, JSON and
/// rules.
/// </summary>
internal sealed class BareAccounts : IBatchSender
{
    private const string Organization = "6f1c1f2e-7f0e-4a52-9d3c-6f2f0d1f9a11";

    private const string Insert =
        "INSERT INTO account VALUES (@organization, @id, @sequence, @version, @code, @document)";

    private const string Select = "SELECT version, document FROM account WHERE organization = @organization ";

    private static long _sequence;

    private readonly AccountOperation _operation;
    private readonly string _document;
    private readonly DbConnection _connection;
    private readonly Lock? _turn;
    private readonly DbCommand _statement;
    private readonly DbCommand _event;
    private readonly string _id = $"{Guid.NewGuid()}";
    private long _version = 1;

    /// <param name="operation">What to do.</param>
    /// <param name="document">An account; also stands for what an event tells.</param>
    /// <param name="connection">An open connection, for this sender alone.</param>
    /// <param name="turn">Taken for each change, where the engine lets one write at a time.</param>
    public BareAccounts(AccountOperation operation, string document, DbConnection connection, Lock? turn)
    {
        (_operation, _document, _connection, _turn) = (operation, document, connection, turn);
        _event = Prepare("INSERT INTO event VALUES (@organization, @id, @sequence, @document)");
        using (var account = Prepare(Insert))
            Change(account, _id);
        _statement = Prepare(operation switch
        {
            AccountOperation.Create => Insert,
            AccountOperation.Update => "UPDATE account SET document = @document, version = @version + 1 "
                + "WHERE organization = @organization AND id = @id AND version = @version",
            AccountOperation.Read => $"{Select} AND id = @id",
            _ => $"{Select} ORDER BY sequence LIMIT 101",
        });
    }

    /// <summary>Makes the tables.</summary>
    public static void CreateTables(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            CREATE TABLE account (organization text NOT NULL, id text NOT NULL, sequence bigint NOT NULL,
                version bigint NOT NULL, code text NOT NULL, document text NOT NULL, PRIMARY KEY (organization, id));
            CREATE UNIQUE INDEX account_code ON account (organization, code);
            CREATE UNIQUE INDEX account_sequence ON account (organization, sequence);
            CREATE TABLE event (organization text NOT NULL, id text NOT NULL, sequence bigint NOT NULL,
                document text NOT NULL, PRIMARY KEY (organization, id));
            CREATE UNIQUE INDEX event_sequence ON event (organization, sequence);
            """;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Send(int template, long[] numbers)
    {
        switch (_operation)
        {
            case AccountOperation.Create:
                Change(_statement, $"{Guid.NewGuid()}");
                break;
            case AccountOperation.Update:
                Change(_statement, _id);
                _version++;
                break;
            default:
                Read();
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _statement.Dispose();
        _event.Dispose();
        _connection.Dispose();
    }

    private void Change(DbCommand statement, string id)
    {
        var sequence = Interlocked.Increment(ref _sequence);
        _turn?.Enter();
        try
        {
            using var transaction = _connection.BeginTransaction();
            Run(statement, transaction, id, sequence);
            Run(_event, transaction, $"{Guid.NewGuid()}", sequence);
            transaction.Commit();
        }
        finally
        {
            _turn?.Exit();
        }
    }

    private void Run(DbCommand command, DbTransaction transaction, string id, long sequence)
    {
        command.Transaction = transaction;
        Set(command, id, sequence);
        if (command.ExecuteNonQuery() != 1)
            throw new InvalidOperationException("Nothing was changed.");
    }

    private void Read()
    {
        Set(_statement, _id, 0);
        using var reader = _statement.ExecuteReader();
        var rows = 0;
        for (; reader.Read(); rows++)
            _ = (reader.GetInt64(0), reader.GetString(1));
        if (rows == 0)
            throw new InvalidOperationException("Nothing was found.");
    }

    private void Set(DbCommand command, string id, long sequence)
    {
        foreach (DbParameter parameter in command.Parameters)
        {
            parameter.Value = parameter.ParameterName switch
            {
                "organization" => Organization,
                "id" => id,
                "sequence" => sequence,
                "version" => _version,
                "code" => id,
                _ => _document,
            };
        }
    }

    private DbCommand Prepare(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in new[] { "organization", "id", "sequence", "version", "code", "document" })
        {
            if (!sql.Contains($"@{name}", StringComparison.Ordinal))
                continue;
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.DbType = name is "sequence" or "version" ? System.Data.DbType.Int64 : System.Data.DbType.String;
            command.Parameters.Add(parameter);
        }
        command.Prepare();
        return command;
    }
}
