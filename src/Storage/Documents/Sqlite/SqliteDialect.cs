using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.Sqlite;

/// <summary>SQL as SQLite has it. Text compares by its UTF-8 bytes, and so by code point.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    internal override string TextType => "text";

    internal override string DocumentType => "blob";

    internal override string? CreateHome => null;

    internal override IReadOnlyList<string> SequenceSource =>
        ["CREATE TABLE _sequence (value integer NOT NULL)", "INSERT INTO _sequence (value) VALUES (0)"];

    internal override string? LockSchema => null;

    internal override string ColumnNames => "SELECT name FROM pragma_table_info WHERE arg = ";

    internal override string? BeforeInsert => "UPDATE _sequence SET value = value + 1";

    internal override string NextSequence => "(SELECT value FROM _sequence)";

    internal override string? UndoFailedWrite => null;

    internal override (string Before, string After) TextsOfList => ("SELECT value FROM json_each(", ")");

    internal override string Qualify(string name) => Quote(name);

    internal override SqlText Guard(SqlText text, Action<SqlText> write)
    {
        write(text);
        return text;
    }

    internal override void Bind(DbParameter parameter, object? value) => parameter.Value = value switch
    {
        null => DBNull.Value,
        ReadOnlyMemory<byte> document => document.ToArray(),
        _ => value,
    };

    /// <summary>
    /// SQLite names the columns: <c>UNIQUE constraint failed: account.organization_id, account.code</c>.
    /// </summary>
    internal override string? FindClash(DbException failure, TableLayout table)
    {
        if (failure is not SqliteException { SqliteExtendedErrorCode: var code, Message: var message }
            || code is not (raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY))
        {
            return null;
        }

        var prefix = $"{table.Kind.Name}.organization_id, {table.Kind.Name}.";
        return table.Kind.Columns.Where(column => column.IsUnique).Select(column => column.Name).Append("id")
            .FirstOrDefault(column => message.Contains($"{prefix}{column}'", StringComparison.Ordinal));
    }
}
