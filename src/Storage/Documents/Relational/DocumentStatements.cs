using System.Globalization;
using Tallystick.Foundation.Resources;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>The statements that read and write documents.</summary>
internal sealed class DocumentStatements(SqlDialect dialect)
{
    private const string Selected = "SELECT id, version, sequence, document FROM ";

    internal SqlText Find(TableLayout table, string organizationId, string id) =>
        WhereId(From(Selected, table), organizationId, id);

    internal SqlText Query(TableLayout table, string organizationId, DocumentQuery query)
    {
        var sql = From(Selected, table).Append(" WHERE organization_id = ").Value(organizationId);
        if (query.BeforeSequence is { } before)
            sql.Append(" AND sequence < ").Value(before);
        if (query.AfterSequence is { } after)
            sql.Append(" AND sequence > ").Value(after);
        if (query.Where is { } condition)
            new ConditionSql(dialect, table).Append(sql.Append(" AND "), condition);

        var direction = query.IsAscending ? " ASC" : " DESC";
        sql.Append(" ORDER BY ");
        if (query.SortBy is { } column)
            sql.Append(table.Column(column)).Append(direction).Append(" NULLS LAST, sequence DESC");
        else
            sql.Append("sequence").Append(direction);
        return AppendWindow(sql, query);
    }

    /// <summary>Adds a document, and answers with a row unless its id or a unique value is taken.</summary>
    internal SqlText Insert(TableLayout table, string organizationId, DocumentWrite write) =>
        Append(table, organizationId, write).Append(" ON CONFLICT DO NOTHING RETURNING sequence");

    /// <summary>Adds a document that cannot clash with another.</summary>
    internal SqlText Append(TableLayout table, string organizationId, DocumentWrite write)
    {
        var sql = new SqlText();
        if (dialect.BeforeInsert is { } before)
            sql.Append(before).Append("; ");
        sql.Append("INSERT INTO ").Append(dialect.Qualify(table.Kind.Name))
            .Append(" (organization_id, id, sequence, version, document");
        foreach (var column in table.Kind.Columns)
            sql.Append(", ").Append(SqlDialect.Quote(column.Name));
        sql.Append(") VALUES (").Value(organizationId).Append(", ").Value(write.Id)
            .Append(", ").Append(dialect.NextSequence)
            .Append(", ").Value(write.Version).Append(", ").Value(write.Json);
        foreach (var value in write.Columns)
            sql.Append(", ").Value(value);
        return sql.Append(")");
    }

    /// <summary>
    /// Replaces a document, and answers with a row unless its version differs or a unique value is taken.
    /// </summary>
    internal SqlText Update(TableLayout table, string organizationId, long expectedVersion, DocumentWrite write)
    {
        var sql = From("UPDATE ", table)
            .Append(" SET version = ").Value(write.Version).Append(", document = ").Value(write.Json);
        foreach (var (column, value) in table.Kind.Columns.Zip(write.Columns))
            sql.Append(", ").Append(SqlDialect.Quote(column.Name)).Append(" = ").Value(value);
        WhereId(sql, organizationId, write.Id).Append(" AND version = ").Value(expectedVersion);
        foreach (var (column, value) in UniqueValues(table, write))
        {
            sql.Append(" AND NOT EXISTS (").Append(Holder(table, organizationId, column, value, write.Id)).Append(")");
        }
        return sql.Append(" RETURNING sequence");
    }

    /// <summary>Selects another document that has the value of a unique column.</summary>
    internal SqlText Holder(
        TableLayout table, string organizationId, string column, string value, string otherThanId) =>
        From("SELECT id FROM ", table).Append(" WHERE organization_id = ").Value(organizationId)
            .Append(" AND ").Append(SqlDialect.Quote(column)).Append(" = ").Value(value)
            .Append(" AND id <> ").Value(otherThanId);

    /// <summary>The unique columns of a document that have a value.</summary>
    internal static IEnumerable<(string Column, string Value)> UniqueValues(TableLayout table, DocumentWrite write) =>
        table.Kind.Columns.Zip(write.Columns)
            .Where(pair => pair.First.IsUnique && pair.Second is not null)
            .Select(pair => (pair.First.Name, pair.Second!));

    internal SqlText Delete(TableLayout table, string organizationId, string id) =>
        WhereId(From("DELETE FROM ", table), organizationId, id);

    internal SqlText DeleteAll(TableLayout table, string organizationId, Condition condition)
    {
        var sql = From("DELETE FROM ", table).Append(" WHERE organization_id = ").Value(organizationId).Append(" AND ");
        new ConditionSql(dialect, table).Append(sql, condition);
        return sql;
    }

    private SqlText From(string verb, TableLayout table) =>
        new SqlText().Append(verb).Append(dialect.Qualify(table.Kind.Name));

    private static SqlText WhereId(SqlText sql, string organizationId, string id) =>
        sql.Append(" WHERE organization_id = ").Value(organizationId).Append(" AND id = ").Value(id);

    private static SqlText AppendWindow(SqlText sql, DocumentQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(query.Offset);
        ArgumentOutOfRangeException.ThrowIfNegative(query.Limit ?? 0);
        if (query.Limit is null && query.Offset == 0)
            return sql;
        sql.Append(" LIMIT ").Value(query.Limit ?? long.MaxValue);
        return query.Offset == 0
            ? sql
            : sql.Append(" OFFSET ").Value(Convert.ToInt64(query.Offset, CultureInfo.InvariantCulture));
    }
}
