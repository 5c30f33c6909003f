using System.Data.Common;
using System.Net.Sockets;
using Npgsql;
using NpgsqlTypes;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.PostgreSql;

/// <summary>The SQL dialect of PostgreSQL.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    private const string Schema = "tallystick";

    /// <summary>
    /// Key of the advisory lock that prevents two processes from upgrading the same store concurrently.
    /// </summary>
    private const string SchemaLock = "7310586492015317";

    /// <summary>The server ended a session that was idle in a transaction for too long.</summary>
    private const string IdleInTransaction = "25P03";

    internal override bool IsEmbedded => false;

    internal override string Begin => "BEGIN";

    internal override string IndexNames =>
        $"SELECT indexname::text FROM pg_indexes WHERE schemaname = '{Schema}' AND tablename = ";

    internal override string TextType => "text COLLATE \"C\"";

    internal override string DocumentType => "text";

    internal override string? CreateSchema => $"CREATE SCHEMA IF NOT EXISTS {Quote(Schema)}";

    internal override IReadOnlyList<string> SequenceSource => [$"CREATE SEQUENCE {Qualify("_sequence")}"];

    internal override string? LockSchema => $"SELECT pg_advisory_xact_lock({SchemaLock})";

    internal override string ColumnNames =>
        $"SELECT column_name::text FROM information_schema.columns WHERE table_schema = '{Schema}' AND table_name = ";

    internal override string? NextSequence => $"nextval('{Qualify("_sequence")}')";

    internal override string ReserveSequences(long count) => throw new NotSupportedException();

    internal override (string Before, string After) TextsOfList =>
        ("SELECT jsonb_array_elements_text(CAST(", " AS jsonb))");

    internal override string Qualify(string name) => $"{Quote(Schema)}.{Quote(name)}";

    /// <summary>Documents are UTF-8 and are written to the text column unchanged.</summary>
    internal override void Bind(DbParameter parameter, object? value)
    {
        ((NpgsqlParameter)parameter).NpgsqlDbType = value is long ? NpgsqlDbType.Bigint : NpgsqlDbType.Text;
        parameter.Value = value ?? DBNull.Value;
    }

    internal override bool IsUniqueViolation(DbException failure) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    /// <summary>See <see cref="DocumentStatements.UpdateOrFail"/>.</summary>
    internal override bool IsFailedAssumption(DbException failure) =>
        IsUniqueViolation(failure) || failure is PostgresException { SqlState: PostgresErrorCodes.DivisionByZero };

    internal override bool IsOutage(Exception failure) =>
        failure is PostgresException refusal ? IsOutage(refusal.SqlState) : IsLost(failure);

    /// <summary>Whether the server is unreachable, lost, or does not respond in time.</summary>
    internal static bool IsLost(Exception failure) =>
        failure is (NpgsqlException and not PostgresException) or SocketException or TimeoutException;

    // Connection errors; transactions that lost a conflict; a server that is out of disk, memory or connections, shuts
    // down, cancels statements, has disk errors, is read-only, or no longer accepts our login.
    private static bool IsOutage(string state) =>
        state[..2] is "08" or "28" or "40" or "53" or "57" or "58"
        || state is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.LockNotAvailable
            or PostgresErrorCodes.ReadOnlySqlTransaction or IdleInTransaction;
}
