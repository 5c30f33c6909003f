using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.Sqlite;

/// <summary>The SQL dialect of SQLite. Text is compared by its UTF-8 bytes, and therefore by code point.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    internal override bool IsEmbedded => true;

    internal override string Begin => "BEGIN IMMEDIATE";

    internal override string IndexNames => "SELECT name FROM pragma_index_list WHERE arg = ";

    internal override string TextType => "text";

    internal override string DocumentType => "blob";

    internal override string? CreateSchema => null;

    internal override IReadOnlyList<string> SequenceSource =>
        ["CREATE TABLE _sequence (value integer NOT NULL)", "INSERT INTO _sequence (value) VALUES (0)"];

    internal override string? LockSchema => null;

    internal override string ColumnNames => "SELECT name FROM pragma_table_info WHERE arg = ";

    internal override string? NextSequence => null;

    internal override string ReserveSequences(long count) =>
        string.Create(CultureInfo.InvariantCulture, $"UPDATE _sequence SET value = value + {count} RETURNING value");

    internal override (string Before, string After) TextsOfList => ("SELECT value FROM json_each(", ")");

    internal override string Qualify(string name) => Quote(name);

    internal override void Bind(DbParameter parameter, object? value) => parameter.Value = value switch
    {
        null => DBNull.Value,
        ReadOnlyMemory<byte> document => document.ToArray(),
        _ => value,
    };

    internal override bool IsFailedAssumption(DbException failure) => false;

    internal override bool IsUniqueViolation(DbException failure) => failure is SqliteException
    {
        SqliteExtendedErrorCode: raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY,
    };

    internal override bool IsOutage(Exception failure) => failure is SqliteException
    {
        SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_NOMEM or raw.SQLITE_CANTOPEN
            or raw.SQLITE_READONLY or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_PROTOCOL,
    };
}
