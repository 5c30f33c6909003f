using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Tests.Generated;

/// <summary>
/// Random meters with derived fields, random measurements through log, loader and store, and random questions in every
/// form, answered as the naive evaluator answers them: also after late data, restarts, sorting, voids and erasures.
/// </summary>
public sealed class GeneratedUsageTests
{
    private const int Rounds = 5;
    private const int Questions = 12;

    private static readonly int Seeds = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is null ? 10 : 300;

    private static readonly AggregationMethod[] OfNumbers =
    [
        AggregationMethod.Sum, AggregationMethod.Min, AggregationMethod.Max, AggregationMethod.Count,
        AggregationMethod.Latest, AggregationMethod.Mean, AggregationMethod.Unique,
    ];

    private static readonly AggregationMethod[] OfTexts = [AggregationMethod.Count, AggregationMethod.Unique];

    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];
    private static readonly string[] Accounts = ["acme", "globex", "initech"];

    private static readonly Instant Start = Make.At("2025-12-01T00:00:00Z");
    private static readonly Duration Span = Make.Now - Start;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Usage_OfRandomMeters_IsWhatTheNaiveEvaluatorSays()
    {
        for (var seed = 0; seed < Seeds; seed++)
            await new Story(seed).RunAsync();
    }

    private sealed class Story(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly NaiveUsage _naive = new();
        private readonly FakeCatalog _catalog = new();
        private GeneratedMeter[] _meters = [];
        private int _sent;

        public async Task RunAsync()
        {
            _meters = [new(_random, "first"), new(_random, "second")];
            foreach (var meter in _meters)
                _catalog.Add(Make.Organization, meter.Meter);
            using var directory = new TempDirectory();
            var ingestion = await Ingestion.StartAsync(directory, _catalog);
            try
            {
                for (var round = 0; round < Rounds; round++)
                {
                    await SubmitAsync(ingestion);
                    switch (_random.Next(5))
                    {
                        case 0:
                            await ingestion.DisposeAsync();
                            ingestion = await Ingestion.StartAsync(directory, _catalog);
                            break;
                        case 1:
                            await ingestion.LoadedAsync();
                            while (await ingestion.DuckDb.RunStepAsync(Make.Now, ingestion.Log.Start, Token))
                                Token.ThrowIfCancellationRequested();
                            break;
                        case 2:
                            await VoidAsync(ingestion);
                            break;
                        case 3:
                            await EraseAsync(ingestion);
                            break;
                    }
                    for (var question = 0; question < Questions; question++)
                    {
                        await AskForUsageAsync(ingestion);
                        await ExploreAsync(ingestion);
                    }
                }
            }
            finally
            {
                await ingestion.DisposeAsync();
            }
        }

        private async Task SubmitAsync(Ingestion ingestion)
        {
            var batch = new List<string>();
            for (var count = _random.Next(1, 60); count > 0; count--)
            {
                var meter = _meters[_random.Next(_meters.Length)];
                var account = Accounts[_random.Next(Accounts.Length)];
                // Some at the same instant: the last received is the latest.
                var ts = Start + Duration.FromHours(_random.Next((int)Span.TotalHours))
                    + (_random.Next(3) == 0 ? Duration.Zero : Duration.FromNanoseconds(_random.Next()));
                var values = meter.NextValues();
                var uid = $"u{_sent++}";
                batch.Add(Json(uid, meter.Meter, account, ts, values));
                _naive.Add(new NaiveRow(uid, meter.Meter.Id, "id-of-" + account, ts, _sent, values));
            }
            await ingestion.SubmitAsync([.. batch]);
        }

        private async Task VoidAsync(Ingestion ingestion)
        {
            await ingestion.LoadedAsync();
            string[] uids = [.. _naive.Uids.Where(_ => _random.Next(5) == 0), "never sent"];
            var outcome = await ingestion.DuckDb.VoidAsync(
                new UsageVoid(Make.Organization, $"{Guid.NewGuid()}", uids, ingestion.Log.End), Token);
            outcome.NotFound.ShouldBe(["never sent"]);
            _naive.Remove(row => uids.Contains(row.Uid));
        }

        private async Task EraseAsync(Ingestion ingestion)
        {
            await ingestion.LoadedAsync();
            var account = "id-of-" + Any(Accounts);
            var request = new UsageErasure(
                Make.Organization, $"{Guid.NewGuid()}", account, ingestion.Log.End, ingestion.Log.Start);
            while (!(await ingestion.DuckDb.EraseAsync(request, Token)).IsDone)
                Token.ThrowIfCancellationRequested();
            _naive.Remove(row => row.AccountId == account);
        }

        private static string Json(
            string uid, Meter meter, string account, Instant ts, IReadOnlyDictionary<string, Cell> values)
        {
            var measurement = new JsonObject
            {
                ["uid"] = uid,
                ["meter"] = meter.Code,
                ["account"] = account,
                ["ts"] = InstantPattern.ExtendedIso.Format(ts),
            };
            foreach (var field in meter.DataFields)
            {
                var category = $"{field.Category}".ToLowerInvariant();
                measurement[category] ??= new JsonObject();
                measurement[category]![field.Code] = values[field.Code] is { Number: { } number }
                    ? JsonNode.Parse(number.ToString(CultureInfo.InvariantCulture)) : values[field.Code].Text;
            }
            return measurement.ToJsonString();
        }

        private async Task AskForUsageAsync(Ingestion ingestion)
        {
            var meter = Any(_meters);
            var isOfNumber = _random.Next(3) > 0;
            var query = new UsageQuery
            {
                OrganizationId = Make.Organization,
                Meter = meter.Meter,
                Field = isOfNumber ? Any(meter.Numbers) : Any(meter.Countable),
                Method = isOfNumber ? Any(OfNumbers) : Any(OfTexts),
                Windows =
                [
                    .. Enumerable.Range(0, _random.Next(1, 4))
                        .Select(_ => new UsageWindow("id-of-" + Any(Accounts), AnyWindow())),
                ],
            };
            if (_random.Next(2) == 0)
                query = Segmented(query, meter);
            (await ingestion.ReadAsync(query)).Select(Text).ShouldBe(
                _naive.Read(query).Select(Text), ignoreOrder: true,
                $"seed {seed}: {query.Method} of {query.Field} {Calculations(meter)}");
        }

        private UsageQuery Segmented(UsageQuery query, GeneratedMeter meter)
        {
            string[] fields = [.. meter.Dividing.OrderBy(_ => _random.Next()).Take(_random.Next(1, 4))];
            return query with
            {
                SegmentedFields = fields,
                Segments =
                [
                    .. Enumerable.Range(0, _random.Next(1, 6))
                        .Select(_ => fields.ToDictionary(field => field, _ => _random.Next(3) switch
                        {
                            0 => "*",
                            1 => "",
                            _ => GeneratedMeter.AnyText(_random),
                        }))
                        .DistinctBy(segment => string.Join('|', segment.Values)),
                ],
            };
        }

        private async Task ExploreAsync(Ingestion ingestion)
        {
            GeneratedMeter[] meters = _random.Next(2) == 0 ? _meters : [Any(_meters)];
            var query = new UsageExploration
            {
                OrganizationId = Make.Organization,
                Window = AnyWindow(),
                Zone = DateTimeZoneProviders.Tzdb[Any(Zones)],
                Meters = [.. meters.Select(meter => meter.Meter)],
                AccountIds = _random.Next(2) == 0 ? null : ["id-of-" + Any(Accounts), "id-of-" + Any(Accounts)],
                Filters = _random.Next(2) == 0 ? [] : [Filter(Any(meters))],
                Aggregations =
                [
                    .. meters.SelectMany(
                        meter => Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Aggregation(meter))),
                ],
                Groups = [.. Groups(meters)],
                Limit = 20_000,
            };
            var found = await ingestion.Reader.ExploreAsync(query, Token);
            found.HasMore.ShouldBeFalse();
            found.Groups.Select(NaiveUsage.Text).ShouldBe(
                _naive.Explore(query), $"seed {seed}: {string.Join(' ', meters.Select(Calculations))}");
        }

        private ExplorerAggregation Aggregation(GeneratedMeter meter) => _random.Next(2) == 0
            ? new ExplorerAggregation(meter.Meter, Any(meter.Numbers), Any(OfNumbers[..6]))
            : new ExplorerAggregation(meter.Meter, Any(meter.Countable), Any(OfTexts));

        private DataExplorerDimensionFilter Filter(GeneratedMeter meter) => new()
        {
            MeterId = meter.Meter.Id,
            FieldCode = Any(meter.Dividing),
            Values = [GeneratedMeter.AnyText(_random), GeneratedMeter.AnyText(_random), "plus"],
        };

        private IEnumerable<ExplorerGroup> Groups(GeneratedMeter[] meters)
        {
            if (_random.Next(2) == 0)
                yield return new ExplorerGroup.ByAccount();
            if (_random.Next(2) == 0)
            {
                var field = Any(Any(meters).Dividing);
                yield return new ExplorerGroup.ByDimension(field, meters
                    .Where(meter => meter.Dividing.Contains(field)).Select(meter => meter.Meter.Id).ToHashSet());
            }
            if (_random.Next(2) == 0)
                yield return new ExplorerGroup.ByTime(Any(Enum.GetValues<DataExplorerUsageDataFrequency>()));
        }

        private Window AnyWindow()
        {
            var start = Start + Duration.FromHours(_random.Next((int)Span.TotalHours));
            return _random.Next(3) == 0
                ? new Window(Start, Make.Now)
                : new Window(start, start + Duration.FromHours(_random.Next(1, 2000)));
        }

        private T Any<T>(T[] values) => values[_random.Next(values.Length)];

        private static string Calculations(GeneratedMeter meter) =>
            string.Join("; ", meter.Meter.DerivedFields.Select(field => $"{field.Code} = {field.Calculation}"));

        private static string Text(UsageValue value) =>
            $"{value.WindowIndex} {value.SegmentIndex} {value.Value / 1.0000000000000000000000000m}";
    }
}
