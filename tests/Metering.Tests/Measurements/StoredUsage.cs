using System.Text;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>A store with measurements, loaded without the way through the log.</summary>
internal sealed class StoredUsage : IAsyncDisposable
{
    private readonly TempDirectory _directory;

    private StoredUsage(TempDirectory directory, DuckDbMeasurementStore store)
    {
        _directory = directory;
        Store = store;
    }

    public DuckDbMeasurementStore Store { get; }

    public static Task<StoredUsage> CreateAsync(params Measurement[] measurements) =>
        CreateAsync(Ingestion.Small, measurements);

    public static async Task<StoredUsage> CreateAsync(DuckDbOptions options, params Measurement[] measurements)
    {
        var directory = new TempDirectory();
        var store = await DuckDbMeasurementStore.OpenAsync(
            directory["usage.duckdb"], options, TestContext.Current.CancellationToken);
        await store.ApplyAsync(Load(0, measurements), TestContext.Current.CancellationToken);
        return new StoredUsage(directory, store);
    }

    /// <summary>The load from a position, as many positions long as it has measurements.</summary>
    public static MeasurementLoad Load(long from, params Measurement[] measurements)
    {
        var load = new MeasurementLoad();
        load.Begin(0, new LogPosition(from));
        load.ExtendTo(new LogPosition(from + measurements.Length));
        var rows = measurements.Select((measurement, index) => (Measurement: measurement, Position: from + index));
        foreach (var alike in rows.GroupBy(row => Shape(row.Measurement)))
        {
            var first = alike.First().Measurement;
            var meter = new MeterRows(
                Make.Organization, "meter-" + first.Meter,
                [.. first.Fields.Select(field => new FieldColumnValues(field.Code, field.Category.IsNumeric()))]);
            foreach (var (measurement, position) in alike)
                Add(load, meter, measurement, position);
            load.Add(meter);
        }
        foreach (var meter in measurements.GroupBy(measurement => measurement.Meter))
        {
            load.Add(new MeterDay(
                Make.Organization, meter.Key, "meter-" + meter.Key, Make.Now.InUtc().Date,
                new LoadTally(meter.Count(), meter.Count(), 0, 0)));
        }
        return load;
    }

    public Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query) =>
        Store.ReadAsync(query, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _directory.Dispose();
    }

    private static string Shape(Measurement measurement) => string.Join(
        ' ', measurement.Fields.Select(field => $"{field.Category}.{field.Code}").Prepend(measurement.Meter));

    private static void Add(MeasurementLoad load, MeterRows meter, Measurement measurement, long position)
    {
        meter.Uids.Add(Encoding.UTF8.GetBytes(measurement.Uid));
        meter.Accounts.Add(load.Add(new LoadedAccount(Make.Organization, "id-of-" + measurement.Account)));
        meter.Ts.Add(Nanoseconds.Of(measurement.Ts));
        meter.Ets.Add(measurement.Ets is { } ets ? Nanoseconds.Of(ets) : MeterRows.NoEts);
        meter.ReceivedAt.Add(Nanoseconds.Of(Make.Now));
        meter.Positions.Add(position);
        foreach (var (value, column) in measurement.Fields.Zip(meter.Fields))
        {
            if (column.IsNumeric)
                column.Numbers.Add(value.Number);
            else
                column.Texts.Add(Encoding.UTF8.GetBytes(value.Text!));
        }
    }
}
