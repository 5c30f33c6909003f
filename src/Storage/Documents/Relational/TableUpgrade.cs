using System.Data.Common;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// Brings a kind's table to its declaration: missing table, columns and indexes are made. A column that is declared now
/// but was not at the last opening is filled from the documents, also when it existed before: a program that did not
/// know it may have written since. A column no longer declared stays, without its rule of uniqueness.
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
        var gone = filled.Except(table.Kind.Columns.Select(column => column.Name)).ToList();

        foreach (var column in gone)
        {
            await DropIndexAsync(table, column, isUnique: true, cancellationToken);
            await ForgetFilledAsync(table, column, cancellationToken);
        }

        await AddMissingColumnsAsync(table, cancellationToken);
        foreach (var column in fresh)
            await DropIndexAsync(table, column.Name, column.IsUnique, cancellationToken);
        if (fresh.Count > 0)
            await _backfill.RunAsync(table, fresh, cancellationToken);
        foreach (var column in fresh)
            await RecordFilledAsync(table, column.Name, cancellationToken);
        await CreateIndexesAsync(table, cancellationToken);
    }

    private async Task CreateTableAsync(TableLayout table, CancellationToken cancellationToken)
    {
        var text = _dialect.TextType;
        var key = SqlDialect.Quote(table.IndexName("id", isUnique: true));
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

    private async Task CreateIndexesAsync(TableLayout table, CancellationToken cancellationToken)
    {
        await CreateIndexAsync(table, "sequence", isUnique: false, "sequence", cancellationToken);
        foreach (var column in table.Kind.Columns)
        {
            await DropIndexAsync(table, column.Name, !column.IsUnique, cancellationToken);
            var name = SqlDialect.Quote(column.Name);
            var columns = column.IsUnique ? name : $"{name}, sequence";
            try
            {
                await CreateIndexAsync(table, column.Name, column.IsUnique, columns, cancellationToken);
            }
            catch (DbException failure) when (_dialect.FindClash(failure, table) is not null)
            {
                throw new StoreUnavailableException(
                    $"Some {table.Kind.Name} documents share a value of {column.Name}, which this Tallystick needs to "
                    + "be unique. Run the former version and make the values differ.",
                    failure);
            }
        }
    }

    private Task CreateIndexAsync(
        TableLayout table, string column, bool isUnique, string columns, CancellationToken cancellationToken)
    {
        // PostgreSQL makes an index where its table is and takes no full name; SQLite has a single home anyway.
        var name = SqlDialect.Quote(table.IndexName(column, isUnique));
        var index = isUnique ? "UNIQUE INDEX" : "INDEX";
        return runner.ExecuteAsync(
            $"CREATE {index} IF NOT EXISTS {name} ON {Name(table)} (organization_id, {columns})", cancellationToken);
    }

    private Task DropIndexAsync(
        TableLayout table, string column, bool isUnique, CancellationToken cancellationToken) => runner.ExecuteAsync(
        $"DROP INDEX IF EXISTS {_dialect.Qualify(table.IndexName(column, isUnique))}", cancellationToken);

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
