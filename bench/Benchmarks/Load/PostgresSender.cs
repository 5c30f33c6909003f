using NodaTime;
using Npgsql;
using NpgsqlTypes;
using Tallystick.Testing;

namespace Tallystick.Benchmarks.Load;

/// <summary>
/// The hand-written alternative: binary COPY into a staging table, then INSERT ... ON CONFLICT DO NOTHING, a
/// transaction per batch. It is spared what the server does besides: JSON, look-ups of accounts, fields and tallies.
/// </summary>
internal sealed class PostgresSender : IBatchSender
{
    // In memory as a server of its size would be set up, and durable before each answer.
    private const string Settings = "-c fsync=on -c synchronous_commit=on -c shared_buffers=1GB -c max_wal_size=8GB";

    /// <summary>The columns of the table.</summary>
    public const string Columns = "organization, uid, account, ts, model, tokens, bytes";

    private readonly NpgsqlConnection _connection;
    private readonly Workload _workload;
    private readonly int _number;

    public PostgresSender(string database, Workload workload, int number)
    {
        (_workload, _number) = (workload, number);
        _connection = new NpgsqlConnection(database);
        _connection.Open();
        Run("CREATE TEMP TABLE staging (LIKE measurement) ON COMMIT DELETE ROWS");
    }

    /// <summary>Starts a cluster that does not lose what it has answered for.</summary>
    public static Task<PostgresCluster> StartClusterAsync() => PostgresCluster.StartNewAsync(Settings);

    /// <summary>Makes a database with an empty table.</summary>
    /// <returns>How to connect to it.</returns>
    /// <param name="cluster">Where.</param>
    /// <param name="key">The unique key of the table, or nothing.</param>
    public static async Task<string> CreateDatabaseAsync(
        PostgresCluster cluster, string key = ", PRIMARY KEY (organization, uid)")
    {
        var database = new NpgsqlConnectionStringBuilder(await cluster.CreateDatabaseAsync())
        {
            Pooling = false,
        }.ToString();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand(
            $"""
            CREATE TABLE measurement (organization integer NOT NULL, uid text COLLATE "C" NOT NULL,
                account integer NOT NULL, ts timestamptz NOT NULL, model text NOT NULL, tokens numeric NOT NULL,
                bytes numeric NOT NULL{key})
            """, connection);
        await create.ExecuteNonQueryAsync();
        return database;
    }

    /// <inheritdoc/>
    public void Send(int template, long[] numbers)
    {
        using var transaction = _connection.BeginTransaction();
        using (var rows = _connection.BeginBinaryImport($"COPY staging ({Columns}) FROM STDIN (FORMAT BINARY)"))
        {
            for (var slot = 0; slot < numbers.Length; slot++)
                Write(rows, _workload, _workload.Of(_number, numbers[slot]), Workload.ValuesOf(template, slot));
            rows.Complete();
        }
        Run($"INSERT INTO measurement ({Columns}) SELECT {Columns} FROM staging "
            + "ON CONFLICT (organization, uid) DO NOTHING");
        transaction.Commit();
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <summary>Writes a row.</summary>
    public static void Write(
        NpgsqlBinaryImporter rows, Workload workload, Sample sample, (int Model, decimal Tokens, decimal Bytes) values)
    {
        var uid = new Guid(
            (uint)(sample.UidHigh >> 32), (ushort)(sample.UidHigh >> 16), (ushort)sample.UidHigh,
            (byte)(sample.UidLow >> 56), (byte)(sample.UidLow >> 48), (byte)(sample.UidLow >> 40),
            (byte)(sample.UidLow >> 32), (byte)(sample.UidLow >> 24), (byte)(sample.UidLow >> 16),
            (byte)(sample.UidLow >> 8), (byte)sample.UidLow);
        var ts = workload.FirstDay.AtMidnight().InUtc().ToInstant()
            .Plus(Duration.FromDays(sample.Day)).Plus(Duration.FromMilliseconds(sample.Millisecond));
        rows.StartRow();
        rows.Write(1, NpgsqlDbType.Integer);
        rows.Write(uid.ToString(), NpgsqlDbType.Text);
        rows.Write(sample.Account, NpgsqlDbType.Integer);
        rows.Write(ts.ToDateTimeUtc(), NpgsqlDbType.TimestampTz);
        rows.Write($"m-{values.Model}", NpgsqlDbType.Text);
        rows.Write(values.Tokens, NpgsqlDbType.Numeric);
        rows.Write(values.Bytes, NpgsqlDbType.Numeric);
    }

    private void Run(string statement)
    {
        using var command = new NpgsqlCommand(statement, _connection);
        command.ExecuteNonQuery();
    }
}
