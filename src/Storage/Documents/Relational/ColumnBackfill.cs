using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Fills columns of existing documents, one page at a time.</summary>
internal sealed class ColumnBackfill(SqlRunner runner)
{
    private const long PageSize = 500;

    private readonly SqlDialect _dialect = runner.Dialect;

    internal async Task RunAsync(
        TableLayout table, IReadOnlyList<DocumentColumn> columns, CancellationToken cancellationToken)
    {
        // An organization's id is never empty, so every document comes after this place.
        var last = new Stored("", "", default);
        while (true)
        {
            var page = await ReadAfterAsync(table, last, cancellationToken);
            foreach (var stored in page)
                await FillAsync(table, columns, stored, cancellationToken);
            if (page.Count < PageSize)
                return;
            last = page[^1];
        }
    }

    private Task<List<Stored>> ReadAfterAsync(TableLayout table, Stored last, CancellationToken cancellationToken)
    {
        var sql = new SqlText()
            .Append($"SELECT organization_id, id, document FROM {_dialect.Qualify(table.Kind.Name)} ")
            .Append("WHERE (organization_id, id) > (").Value(last.OrganizationId).Append(", ").Value(last.Id)
            .Append(") ORDER BY organization_id, id LIMIT ").Value(PageSize);
        return runner.ReadAsync(
            sql,
            row => new Stored(row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2)),
            cancellationToken);
    }

    private async Task FillAsync(
        TableLayout table, IReadOnlyList<DocumentColumn> columns, Stored stored, CancellationToken cancellationToken)
    {
        var values = table.Kind.Columns.Zip(table.Kind.ReadColumns(stored.Json)).ToDictionary();
        var sql = new SqlText().Append($"UPDATE {_dialect.Qualify(table.Kind.Name)} SET ");
        sql.Join(", ", columns, column =>
        {
            var value = values[column];
            StorableText.Require(value, column.Name);
            sql.Append(SqlDialect.Quote(column.Name)).Append(" = ").Value(value);
        });
        sql.Append(" WHERE organization_id = ").Value(stored.OrganizationId).Append(" AND id = ").Value(stored.Id);
        await runner.ExecuteAsync(sql, cancellationToken);
    }

    private sealed record Stored(string OrganizationId, string Id, ReadOnlyMemory<byte> Json);
}
