using DuckDB.NET.Data;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>Files of older and newer versions of the program.</summary>
public sealed class StoreUpgradeTests : IDisposable
{
    private const string WrittenByVersion4 =
        """
        CREATE TABLE state (version INTEGER, position BIGINT);
        CREATE TABLE organizations (key INTEGER, id VARCHAR);
        CREATE TABLE meters (key INTEGER, organization INTEGER, id VARCHAR);
        CREATE TABLE accounts (key INTEGER, organization INTEGER, id VARCHAR);
        CREATE TABLE parts (
            meter INTEGER, month INTEGER, number INTEGER, columns INTEGER, sorted BIGINT, rows BIGINT);
        CREATE TABLE fields (meter INTEGER, number INTEGER, code VARCHAR, kind INTEGER);
        CREATE TABLE tallies (
            organization INTEGER, meter INTEGER, code VARCHAR, day INTEGER, accepted BIGINT, stored BIGINT,
            duplicate BIGINT, failed BIGINT);
        CREATE TABLE failures (
            organization INTEGER, sequence BIGINT, type INTEGER, detail VARCHAR, received_at BIGINT, account INTEGER);
        INSERT INTO state VALUES (4, 2);
        INSERT INTO organizations VALUES (0, 'org-1');
        INSERT INTO meters VALUES (0, 0, 'meter-m');
        INSERT INTO accounts VALUES (0, 0, 'id-of-acme');
        INSERT INTO fields VALUES (0, 0, 'n', 1);
        CREATE TABLE usage_0 (
            uuid UUID, account INTEGER, ts BIGINT, received_at BIGINT, sequence BIGINT, c0 DECIMAL(18,6));
        INSERT INTO usage_0 VALUES
            ('80f1e2d3-0000-4abc-8def-0123456789ab', 0, 1772409600000000000, 1773576000000000000, 1, 1.5);
        CREATE TABLE part_1 (
            uuid UUID, account INTEGER, ts BIGINT, received_at BIGINT, sequence BIGINT, c0 DECIMAL(18,6));
        INSERT INTO part_1 VALUES
            ('80f1e2d3-0000-4abc-8def-0123456789ac', 0, 1772409600000000000, 1773576000000000000, 0, 2);
        INSERT INTO parts VALUES (0, 24314, 1, 1, 1, 1);
        INSERT INTO tallies VALUES (0, 0, 'm', 20527, 2, 2, 0, 0);
        """;

    // The meter has a row in each kind of table.
    private static readonly string WrittenByVersion6 = WrittenByVersion4 +
        """
        UPDATE state SET version = 6, position = 3;
        CREATE TABLE installation (id VARCHAR);
        CREATE TABLE own_tables (meter INTEGER, columns INTEGER);
        INSERT INTO own_tables VALUES (0, 1);
        INSERT INTO fields VALUES (-1, 0, '0', 1);
        CREATE TABLE usage_shared (
            meter INTEGER, uuid UUID, account INTEGER, ts BIGINT, received_at BIGINT, sequence BIGINT,
            c0 DECIMAL(18,6));
        INSERT INTO usage_shared VALUES
            (0, '80f1e2d3-0000-4abc-8def-0123456789ad', 0, 1772409600000000000, 1773576000000000000, 2, 4);
        INSERT INTO tallies VALUES (0, 0, 'm', 20527, 1, 1, 0, 0);
        """;

    private readonly TempDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Path => _directory["usage.duckdb"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Open_OfVersion4_UpgradesAndKeepsWhatIsThere()
    {
        await ExecuteAsync(WrittenByVersion4);

        await using (var store = await OpenAsync())
        {
            await store.ApplyAsync(
                StoredUsage.Load(2, Make.Measurement("c", "2026-03-02T00:00:00Z", Make.Number("n", 4))), Token);
            (await SumAsync(store)).ShouldBe(7.5m);
        }

        await using var again = await OpenAsync();
        (await SumAsync(again)).ShouldBe(7.5m);
        (await again.FindPositionAsync(0, Token)).ShouldBe(new LogPosition(3));
        (await Ingestion.TotalAsync(again)).ShouldBe(new LoadTally(3, 3, 0, 0));
    }

    [Fact]
    public async Task Open_OfVersion6_VoidsAndErasesWhatIsThere()
    {
        await ExecuteAsync(WrittenByVersion6);

        await using (var store = await OpenAsync())
        {
            (await SumAsync(store)).ShouldBe(7.5m);
            var uids = new[] { "b", "c", "d" }.Select(last => $"80f1e2d3-0000-4abc-8def-0123456789a{last}").ToList();
            var outcome = await store.VoidAsync(
                new UsageVoid(Make.Organization, "void", [uids[0], uids[1]], new LogPosition(3)), Token);
            outcome.Voided.ShouldBe(2);
            (await SumAsync(store)).ShouldBe(4);
            await store.ApplyAsync(
                StoredUsage.Load(3, Make.Measurement("e", "2026-03-02T00:00:00Z", Make.Number("n", 8))), Token);
            (await Ingestion.TotalAsync(store)).ShouldBe(new LoadTally(4, 2, 0, 0, 2));
        }

        await using var again = await OpenAsync();
        (await again.EraseAsync(
            new UsageErasure(Make.Organization, "erasure", "id-of-acme", new LogPosition(3), default), Token))
            .ShouldBe(new ErasureProgress(3, true));
        (await SumAsync(again)).ShouldBe(8);
        (await Ingestion.TotalAsync(again)).ShouldBe(new LoadTally(4, 1, 0, 0, 0, 3));
    }

    [Fact]
    public async Task Open_WhereAStepFails_LeavesTheVersionBefore()
    {
        await ExecuteAsync(WrittenByVersion4 + "CREATE TABLE installation (odd INTEGER);");

        await Should.ThrowAsync<StoreUnavailableException>(OpenAsync());

        await ExecuteAsync("DROP TABLE installation");
        await using var store = await OpenAsync();
        (await SumAsync(store)).ShouldBe(3.5m);
    }

    [Fact]
    public async Task Open_OfANewerVersion_IsRefusedByName()
    {
        await (await OpenAsync()).DisposeAsync();
        await ExecuteAsync("UPDATE state SET version = 1000");

        var refusal = await Should.ThrowAsync<StoreUnavailableException>(OpenAsync());

        refusal.Message.ShouldStartWith("The measurement store was written by a newer version of Tallystick");
    }

    [Fact]
    public async Task Open_OfAVersionBeforeUpgrades_IsRefusedByName()
    {
        await (await OpenAsync()).DisposeAsync();
        await ExecuteAsync("UPDATE state SET version = 3");

        var refusal = await Should.ThrowAsync<StoreUnavailableException>(OpenAsync());

        refusal.Message.ShouldBe("The measurement store has layout 3; this version upgrades layouts from 4 on.");
    }

    private Task<DuckDbMeasurementStore> OpenAsync() =>
        DuckDbMeasurementStore.OpenAsync(Path, Ingestion.Small, Token);

    private static async Task<decimal> SumAsync(DuckDbMeasurementStore store)
    {
        var values = await store.ReadAsync(
            Make.Query(Make.Meter("m", "measure.n"), "n", AggregationMethod.Sum), Token);
        return values.Single().Value;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new DuckDBConnection($"Data Source={Path}");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }
}
