using System.Data.Common;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// Upgrades the table of a kind to its declaration: creates the table, columns and indexes if missing. A declared
/// column that was not declared at the last opening is filled from the documents, even if it already exists, because a
/// version that did not know it may have written since. A column that is no longer declared stays, without its index.
/// </summary>
internal sealed class TableUpgrade(SqlRunner runner)
{
    private readonly SqlDialect _dialect = runner.Dialect;
    private readonly ColumnBackfill _backfill = new(runner);

    /// <exception cref="StoreUnavailableException">Documents share a value of a column now unique.</exception>
    internal async Task RunAsync(TableLayout table, CancellationToken cancellationToken)
    {
        await CreateTableAsync(table, cancellationToken);
        var filled = await ReadFilledAsync(table, cancellationToken);
        var fresh = table.Kind.Columns.Where(column => !filled.Contains(column.Name)).ToList();
        foreach (var gone in filled.Except(table.Kind.Columns.Select(column => column.Name)))
            await ForgetFilledAsync(table, gone, cancellationToken);
        await AddMissingColumnsAsync(table, cancellationToken);
        var indexes = await DropIndexesAsync(table, fresh, cancellationToken);
        if (fresh.Count > 0)
            await _backfill.RunAsync(table, fresh, cancellationToken);
        foreach (var column in fresh)
            await RecordFilledAsync(table, column.Name, cancellationToken);
        foreach (var index in table.Indexes.Where(index => !indexes.Contains(index.Name)))
            await CreateIndexAsync(table, index, cancellationToken);
    }

    private async Task CreateTableAsync(TableLayout table, CancellationToken cancellationToken)
    {
        var text = _dialect.TextType;
        var key = SqlDialect.Quote(table.KeyName);
        await runner.ExecuteAsync(
            $"CREATE TABLE IF NOT EXISTS {Name(table)} (organization_id {text} NOT NULL, id {text} NOT NULL, "
            + $"sequence bigint NOT NULL, version bigint NOT NULL, document {_dialect.DocumentType} NOT NULL, "
            + $"CONSTRAINT {key} PRIMARY KEY (organization_id, id))",
            cancellationToken);
    }

    private async Task AddMissingColumnsAsync(TableLayout table, CancellationToken cancellationToken)
    {
        var names = new SqlText().Append(_dialect.ColumnNames).Value(table.Kind.Name);
        var present = await runner.ReadAsync(names, row => row.GetString(0), cancellationToken);
        foreach (var column in table.Kind.Columns.Where(column => !present.Contains(column.Name)))
        {
            await runner.ExecuteAsync(
                $"ALTER TABLE {Name(table)} ADD COLUMN {SqlDialect.Quote(column.Name)} {_dialect.TextType}",
                cancellationToken);
        }
    }

    // Drops indexes that are not declared, and those of columns that are about to be filled.
    private async Task<HashSet<string>> DropIndexesAsync(
        TableLayout table, IReadOnlyList<DocumentColumn> fresh, CancellationToken cancellationToken)
    {
        var names = new SqlText().Append(_dialect.IndexNames).Value(table.Kind.Name);
        var present = await runner.ReadAsync(names, row => row.GetString(0), cancellationToken);
        var kept = table.Indexes.Where(index => fresh.All(column => column.Name != index.Column))
            .Select(index => index.Name).ToHashSet();
        foreach (var name in present.Where(name => table.OwnsIndex(name) && !kept.Contains(name)))
            await runner.ExecuteAsync($"DROP INDEX {_dialect.Qualify(name)}", cancellationToken);
        return [.. present.Where(kept.Contains)];
    }

    private async Task CreateIndexAsync(TableLayout table, TableIndex index, CancellationToken cancellationToken)
    {
        // PostgreSQL creates an index in the schema of its table and accepts no qualified name; SQLite has a single
        // schema anyway.
        var name = SqlDialect.Quote(index.Name);
        var column = SqlDialect.Quote(index.Column);
        try
        {
            await runner.ExecuteAsync(
                index.Use switch
                {
                    IndexUse.Unique => $"CREATE UNIQUE INDEX {name} ON {Name(table)} (organization_id, {column})",
                    IndexUse.Search => $"CREATE INDEX {name} ON {Name(table)} (organization_id, {column}, sequence) "
                        + $"WHERE {column} IS NOT NULL",
                    _ => $"CREATE INDEX {name} ON {Name(table)} (organization_id, {column})",
                },
                cancellationToken);
        }
        catch (DbException failure) when (_dialect.IsUniqueViolation(failure))
        {
            throw new StoreUnavailableException(
                $"Some {table.Kind.Name} documents have the same value of {index.Column}, which this version requires "
                + "to be unique. Run the previous version and change the values.",
                failure);
        }
    }

    private async Task<HashSet<string>> ReadFilledAsync(TableLayout table, CancellationToken cancellationToken)
    {
        var sql = new SqlText().Append($"SELECT name FROM {Filled} WHERE kind = ").Value(table.Kind.Name);
        return [.. await runner.ReadAsync(sql, row => row.GetString(0), cancellationToken)];
    }

    private Task RecordFilledAsync(TableLayout table, string column, CancellationToken cancellationToken) =>
        runner.ExecuteAsync(
            new SqlText().Append($"INSERT INTO {Filled} (kind, name) VALUES (")
                .Value(table.Kind.Name).Append(", ").Value(column).Append(")"),
            cancellationToken);

    private Task ForgetFilledAsync(TableLayout table, string column, CancellationToken cancellationToken) =>
        runner.ExecuteAsync(
            new SqlText().Append($"DELETE FROM {Filled} WHERE kind = ")
                .Value(table.Kind.Name).Append(" AND name = ").Value(column),
            cancellationToken);

    private string Filled => _dialect.Qualify(FormatMigration.ColumnTable);

    private string Name(TableLayout table) => _dialect.Qualify(table.Kind.Name);
}
