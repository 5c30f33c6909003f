using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.PostgreSql;

/// <summary>SQL as PostgreSQL has it.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    private const string Schema = "tallystick";

    /// <summary>Key of the lock that keeps two starting processes from upgrading the same store at once.</summary>
    private const string SchemaLock = "7310586492015317";

    internal override string TextType => "text COLLATE \"C\"";

    internal override string DocumentType => "text";

    internal override string? CreateHome => $"CREATE SCHEMA IF NOT EXISTS {Quote(Schema)}";

    internal override IReadOnlyList<string> SequenceSource => [$"CREATE SEQUENCE {Qualify("_sequence")}"];

    internal override string? LockSchema => $"SELECT pg_advisory_xact_lock({SchemaLock})";

    internal override string ColumnNames =>
        $"SELECT column_name::text FROM information_schema.columns WHERE table_schema = '{Schema}' AND table_name = ";

    internal override string? BeforeInsert => null;

    internal override string NextSequence => $"nextval('{Qualify("_sequence")}')";

    internal override string? UndoFailedWrite => "ROLLBACK TO SAVEPOINT guard; RELEASE SAVEPOINT guard";

    internal override (string Before, string After) TextsOfList =>
        ("SELECT jsonb_array_elements_text(CAST(", " AS jsonb))");

    internal override string Qualify(string name) => $"{Quote(Schema)}.{Quote(name)}";

    internal override SqlText Guard(SqlText text, Action<SqlText> write)
    {
        write(text.Append("SAVEPOINT guard; "));
        return text.Append("; RELEASE SAVEPOINT guard");
    }

    /// <summary>The bytes of a document are UTF-8 and go into its text column as they are.</summary>
    internal override void Bind(DbParameter parameter, object? value)
    {
        ((NpgsqlParameter)parameter).NpgsqlDbType = value is long ? NpgsqlDbType.Bigint : NpgsqlDbType.Text;
        parameter.Value = value ?? DBNull.Value;
    }

    internal override string? FindClash(DbException failure, TableLayout table) =>
        failure is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: var index }
            ? table.ColumnOfUniqueIndex(index)
            : null;
}
