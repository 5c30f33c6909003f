using System.Globalization;
using Tallystick.Resources.Documents;

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

        if (query is { SortBy: { } sorted, After: { } place })
            AppendAfter(sql.Append(" AND "), table.Column(sorted), place, query.IsAscending);

        var direction = query.IsAscending ? " ASC" : " DESC";
        sql.Append(" ORDER BY ");
        if (query.SortBy is { } column)
            sql.Append(table.Column(column)).Append(direction).Append(" NULLS LAST, sequence DESC");
        else
            sql.Append("sequence").Append(direction);
        return AppendWindow(sql, query);
    }

    /// <summary>Adds a document. Returns a row unless its id or a unique value is already in use.</summary>
    internal SqlText Insert(TableLayout table, string organizationId, DocumentWrite write, SqlText sequence) =>
        InsertOrFail(table, organizationId, write, sequence).Append(" ON CONFLICT DO NOTHING RETURNING sequence");

    /// <summary>Adds a document. Fails if its id or a unique value is already in use.</summary>
    internal SqlText InsertOrFail(TableLayout table, string organizationId, DocumentWrite write, SqlText sequence) =>
        InsertInto(table, "", organizationId, write, sequence);

    private SqlText InsertInto(
        TableLayout table, string alias, string organizationId, DocumentWrite write, SqlText sequence)
    {
        var sql = From("INSERT INTO ", table).Append(alias)
            .Append(" (organization_id, id, sequence, version, document");
        foreach (var column in table.Kind.Columns)
            sql.Append(", ").Append(SqlDialect.Quote(column.Name));
        sql.Append(") VALUES (").Value(organizationId).Append(", ").Value(write.Id)
            .Append(", ").Append(sequence)
            .Append(", ").Value(write.Version).Append(", ").Value(write.Json);
        foreach (var value in write.Columns)
            sql.Append(", ").Value(value);
        return sql.Append(")");
    }

    /// <summary>Adds a document, or replaces the one with its id whatever its version is.</summary>
    internal SqlText Put(TableLayout table, string organizationId, DocumentWrite write, SqlText sequence)
    {
        var sql = InsertInto(table, " AS stored", organizationId, write, sequence)
            .Append(" ON CONFLICT (organization_id, id) DO UPDATE SET version = stored.version + 1")
            .Append(", document = excluded.document");
        foreach (var column in table.Kind.Columns.Select(column => SqlDialect.Quote(column.Name)))
            sql.Append(", ").Append(column).Append(" = excluded.").Append(column);
        return sql;
    }

    /// <summary>
    /// Replaces a document. Returns a row unless its version differs or a unique value is already in use.
    /// </summary>
    internal SqlText Update(TableLayout table, string organizationId, long expectedVersion, DocumentWrite write)
    {
        var sql = Replace(table, organizationId, expectedVersion, write);
        foreach (var (column, value) in NewUniqueValues(table, write))
            sql.Append(" AND NOT EXISTS (").Append(Holder(table, organizationId, column, value, write.Id)).Append(")");
        return sql.Append(" RETURNING sequence");
    }

    /// <summary>Replaces a document. Fails if its version differs or a unique value is already in use.</summary>
    internal SqlText UpdateOrFail(
        TableLayout table, string organizationId, long expectedVersion, DocumentWrite write) =>
        SqlText.Unread().Append("WITH changed AS (")
            .Append(Replace(table, organizationId, expectedVersion, write))
            // Divides by zero if no row is changed.
            .Append(" RETURNING 1) SELECT 1 / count(*) FROM changed");

    /// <summary>Selects another document that has the value of a unique column.</summary>
    internal SqlText Holder(
        TableLayout table, string organizationId, string column, string value, string otherThanId) =>
        From("SELECT id FROM ", table).Append(" WHERE organization_id = ").Value(organizationId)
            .Append(" AND ").Append(SqlDialect.Quote(column)).Append(" = ").Value(value)
            .Append(" AND id <> ").Value(otherThanId);

    /// <summary>The unique columns to which a document gives a value that it had not.</summary>
    internal static IEnumerable<(string Column, string Value)> NewUniqueValues(
        TableLayout table, DocumentWrite write) =>
        NewValues(table, write)
            .Where(pair => pair.Column.IsUnique && pair.Value is not null)
            .Select(pair => (pair.Column.Name, pair.Value!));

    internal SqlText Delete(TableLayout table, string organizationId, string id) =>
        WhereId(From("DELETE FROM ", table), organizationId, id);

    internal SqlText DeleteAll(TableLayout table, string organizationId, Condition condition, int? limit)
    {
        var sql = From("DELETE FROM ", table).Append(" WHERE organization_id = ").Value(organizationId).Append(" AND ");
        if (limit is not { } most)
        {
            new ConditionSql(dialect, table).Append(sql, condition);
            return sql;
        }
        sql.Append("id IN (").Append(From("SELECT id FROM ", table))
            .Append(" WHERE organization_id = ").Value(organizationId).Append(" AND ");
        new ConditionSql(dialect, table).Append(sql, condition);
        return sql.Append(" LIMIT ").Value((long)most).Append(")");
    }

    private SqlText Replace(TableLayout table, string organizationId, long expectedVersion, DocumentWrite write)
    {
        var sql = From("UPDATE ", table)
            .Append(" SET version = ").Value(write.Version).Append(", document = ").Value(write.Json);
        foreach (var (column, value) in NewValues(table, write))
            sql.Append(", ").Append(SqlDialect.Quote(column.Name)).Append(" = ").Value(value);
        return WhereId(sql, organizationId, write.Id).Append(" AND version = ").Value(expectedVersion);
    }

    // SQLite writes the index of each column that is set, even if its value does not change.
    private static IEnumerable<(DocumentColumn Column, string? Value)> NewValues(
        TableLayout table, DocumentWrite write)
    {
        for (var i = 0; i < write.Columns.Count; i++)
        {
            if (write.Former is not { } former || former[i] != write.Columns[i])
                yield return (table.Kind.Columns[i], write.Columns[i]);
        }
    }

    private SqlText From(string verb, TableLayout table) =>
        new SqlText().Append(verb).Append(dialect.Qualify(table.Kind.Name));

    private static SqlText WhereId(SqlText sql, string organizationId, string id) =>
        sql.Append(" WHERE organization_id = ").Value(organizationId).Append(" AND id = ").Value(id);

    private static void AppendAfter(SqlText sql, string column, PageKey place, bool isAscending)
    {
        if (place.Value is { } value)
        {
            sql.Append("(").Append(column).Append(isAscending ? " > " : " < ").Value(value)
                .Append(" OR ").Append(column).Append(" IS NULL OR (").Append(column).Append(" = ").Value(value)
                .Append(" AND sequence < ").Value(place.Sequence).Append("))");
        }
        else
        {
            sql.Append(column).Append(" IS NULL AND sequence < ").Value(place.Sequence);
        }
    }

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
