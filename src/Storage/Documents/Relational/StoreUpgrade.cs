using System.Globalization;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Upgrades a store to the format and kinds of this version.</summary>
internal sealed class StoreUpgrade(SqlRunner runner)
{
    private readonly SqlDialect _dialect = runner.Dialect;

    /// <summary>Makes all changes in one transaction.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="check">Reads the documents before the upgrade is committed. If it throws, nothing changes.</param>
    /// <exception cref="StoreUnavailableException">
    /// A newer version wrote the store, or its documents do not fit a column that has become unique.
    /// </exception>
    internal Task RunAsync(
        TableLayouts tables, CancellationToken cancellationToken, Func<IDocumentReader, Task>? check = null) =>
        runner.TransactAsync(async () =>
        {
            if (_dialect.LockSchema is { } enter)
                await runner.ExecuteAsync(enter, cancellationToken);
            await MigrateAsync(cancellationToken);
            var upgrade = new TableUpgrade(runner);
            foreach (var table in tables)
                await upgrade.RunAsync(table, cancellationToken);
            if (check is not null)
                await check(new DocumentReader(runner, tables));
        });

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (_dialect.CreateSchema is { } home)
            await runner.ExecuteAsync(home, cancellationToken);
        var format = _dialect.Qualify(FormatMigration.FormatTable);
        await runner.ExecuteAsync(
            $"CREATE TABLE IF NOT EXISTS {format} (version bigint NOT NULL PRIMARY KEY)", cancellationToken);
        var stored = await ReadVersionAsync(format, cancellationToken);
        RequireKnown(stored, FormatMigration.All[^1].Version);

        foreach (var migration in FormatMigration.All.Where(migration => migration.Version > stored))
        {
            foreach (var statement in migration.Statements(_dialect))
                await runner.ExecuteAsync(statement, cancellationToken);
            var record = new SqlText().Append($"INSERT INTO {format} (version) VALUES (").Value(migration.Version);
            await runner.ExecuteAsync(record.Append(")"), cancellationToken);
        }
    }

    private async Task<long> ReadVersionAsync(string format, CancellationToken cancellationToken)
    {
        var latest = new SqlText().Append($"SELECT coalesce(max(version), 0) FROM {format}");
        return (await runner.ReadAsync(latest, row => row.GetInt64(0), cancellationToken))[0];
    }

    private static void RequireKnown(long stored, long known)
    {
        if (stored > known)
        {
            throw new StoreUnavailableException(string.Create(
                CultureInfo.InvariantCulture,
                $"The store has format version {stored}, written by a newer version of Tallystick. This version "
                + $"supports up to {known}. Run the newer version, or restore a backup made before the upgrade."));
        }
    }
}
