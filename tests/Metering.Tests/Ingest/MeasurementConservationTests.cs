using DuckDB.NET.Data;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

public sealed class MeasurementConservationTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeCatalog _catalog = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public MeasurementConservationTests() =>
        _catalog.Add(Make.Organization, Make.Meter("m", "measure.n"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Conservation_WhatWaitsInTheLog_IsPending()
    {
        await using var ingestion = await Ingestion.StartAsync(
            _directory, _catalog, wrap: store => new FaultyStore(store, int.MaxValue, 0));
        await ingestion.SubmitAsync(Json("a"), Json("b"), Json("c", "x"));
        await ingestion.SubmitAsync(Json("a"));

        var days = await new MeasurementConservation(ingestion.DuckDb, ingestion.Log).ReadAsync(
            Make.Organization, Token);

        days.Select(day => $"{day.MeterCode} {day.Accepted} {day.Loaded.Accepted} {day.Pending}")
            .ShouldBe(["m 3 0 3", "x 1 0 1"]);
        (await new MeasurementConservation(ingestion.DuckDb, ingestion.Log).ReadAsync("org-2", Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_WhereAllIsWell_FindsNothing()
    {
        await using var ingestion = await Ingestion.StartAsync(_directory, _catalog);
        await ingestion.SubmitAsync(Json("a"), Json("b"), Json("a"), Json("c", "x"));
        await ingestion.LoadedAsync();

        (await new MeasurementConservation(ingestion.DuckDb, ingestion.Log).CheckAsync(Make.Organization, null, Token))
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("DELETE FROM usage_shared WHERE sequence = (SELECT max(sequence) FROM usage_shared)", 2)]
    [InlineData("INSERT INTO usage_shared SELECT * FROM usage_shared LIMIT 1", 4)]
    [InlineData("DELETE FROM usage_shared", 0)]
    public async Task Check_OfADamagedStore_TellsMeterDayAndNumbers(string damage, long counted)
    {
        await using (var ingestion = await Ingestion.StartAsync(_directory, _catalog))
        {
            await ingestion.SubmitAsync(Json("a"), Json("b"), Json("c"));
            await ingestion.LoadedAsync();
        }
        await using (var connection = new DuckDBConnection($"Data Source={_directory["usage.duckdb"]}"))
        {
            await connection.OpenAsync(Token);
            await using var command = connection.CreateCommand();
            command.CommandText = damage;
            await command.ExecuteNonQueryAsync(Token);
        }

        await using var damaged = await Ingestion.StartAsync(_directory, _catalog);
        var found = await new MeasurementConservation(damaged.DuckDb, damaged.Log).CheckAsync(
            Make.Organization, null, Token);

        found.ShouldBe([new ConservationMismatch("meter-m", "m", Make.Now.InUtc().Date, 3, counted)]);
    }

    private static string Json(string uid, string meter = "m") =>
        $$"""{"uid":"{{uid}}","meter":"{{meter}}","account":"acme","ts":"2026-03-01","measure":{"n":1} }""";
}
