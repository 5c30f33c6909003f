using System.Net;
using Tallystick.Client;

namespace Tallystick.Console.Tests;

/// <summary>What became of usage: counts, failures that are mended, lookup tables, saved queries and readers.</summary>
public sealed class IngestPagesTests(ConsoleServerFixture console) : IClassFixture<ConsoleServerFixture>
{
    private readonly TallystickClient _api = MeteringServer.Client(console.Server);

    [Fact]
    public async Task Failure_IsMendedAndSubmittedAgain()
    {
        await MeteringServer.CreateMeterAsync(_api, "mended");
        await _api.Measurements.SubmitAsync([new()
        {
            Meter = "mended",
            Account = "acme<script>",
            Uid = "first",
            Ts = NodaTime.SystemClock.Instance.GetCurrentInstant().ToDateTimeOffset(),
            Measure = new() { ["bytes"] = 5 },
        }]);
        var failure = await FindFailureAsync();
        var page = console.To($"ingest/failures/{failure}");
        (await console.Administrator.GetAsync(console.To("ingest"))).ShouldContain("acme&lt;script&gt;");
        (await console.Administrator.GetAsync(page)).ShouldContain("&quot;uid&quot;: &quot;first&quot;");

        using var refused = await console.Administrator.SendAsync(
            page, null, ("Measurement", "{ not JSON </textarea>"));
        var next = await console.Administrator.SubmitAsync(page, ("Measurement", """
            {"meter": "mended", "account": "acme", "uid": "second", "ts": "2026-11-30T10:00:00Z",
             "measure": {"bytes": 5}, "where": {"region": "eu"}}
            """));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("{ not JSON &lt;/textarea&gt;");
        next.ShouldContain("Measurement accepted.");
        next.ShouldNotContain($"ingest/failures/{failure}");
        next.ShouldContain("mended");
    }

    [Fact]
    public async Task LookupTable_IsFilledPublishedAndCopied()
    {
        var table = await _api.LookupTables.CreateAsync(new LookupTable { Name = "Rates", Code = "rates" });
        var at = console.To($"lookuptables/{table.Id}/revisions");
        var page = await console.Administrator.SubmitAsync(
            $"{at}/new", ("name", "2026"), ("fields[0].name", "country"), ("fields[0].type", "STRING"),
            ("fields[1].name", "rate"), ("fields[1].type", "NUMBER"), ("keys", "country"));
        page.ShouldContain("Revision created.");
        var revision = (await _api.LookupTableRevisions.ListAsync(table.Id).ToListAsync()).Single();

        page = await console.Administrator.SubmitAsync(
            $"{at}/{revision.Id}/item", ("item.country", "d,e<i>"), ("item.rate", "0.0000125"));
        page.ShouldContain("0.0000125");
        page.ShouldContain("d,e&lt;i&gt;");
        page = await console.Administrator.SubmitAsync(
            $"{at}/{revision.Id}/item?key=d%252Ce%3Ci%3E", ("item.country", "d,e<i>"), ("item.rate", "2"));
        page.ShouldNotContain("0.0000125");
        using var published = await console.Administrator.SendAsync($"{at}/{revision.Id}", "publish-revision");

        (await published.Content.ReadAsStringAsync()).ShouldContain("Calculations read this revision.");
        (await console.Administrator.GetAsync(console.To("lookuptables"))).ShouldContain("2026");
    }

    [Fact]
    public async Task SavedQuery_IsOpenedAndDeleted()
    {
        var meter = await MeteringServer.CreateMeterAsync(_api, "saved");
        var query = console.To($"usage?period=PREVIOUS_MONTH&value={meter.Id}.bytes&function=MAX&account=1");

        using var saved = await console.Administrator.SendAsync(query, "save-query", ("QueryName", "Peaks <of> bytes"));

        (await saved.Content.ReadAsStringAsync()).ShouldContain("Peaks &lt;of&gt; bytes");
        var stored = (await _api.SavedQueries.ListAsync().ToListAsync()).Single(one => one.Name == "Peaks <of> bytes");
        stored.UsageQuery.TimePeriod.ShouldBe(UsageTimePeriod.PreviousMonth);
        var opened = await console.Administrator.GetAsync(console.To($"usage?saved={stored.Id}"));
        opened.ShouldContain("<option value=\"MAX\" selected");
        using var deleted = await console.Administrator.SendAsync(
            console.To($"usage?saved={stored.Id}"), $"delete-query-{stored.Id}");
        (await deleted.Content.ReadAsStringAsync()).ShouldNotContain($"usage?saved={stored.Id}");
    }

    [Fact]
    public async Task UnknownAccount_ShowsNoUsageOfOthers()
    {
        var page = await console.Administrator.GetAsync(console.To("usage?accounts=nobody%3Cb%3E"));

        page.ShouldContain("There is no account with the code nobody&lt;b&gt;.");
        page.ShouldNotContain("aria-label=\"Result\"");
    }

    [Fact]
    public async Task Upload_GetsATicketForTheBrowser()
    {
        await MeteringServer.CreateMeterAsync(_api, "uploaded");

        using var answer = await console.Administrator.SendAsync(
            console.To("uploads/new?meter=uploaded"), "upload", ("FileName", "usage.csv"), ("FileLength", "10"),
            ("Meter", "uploaded"));
        using var refused = await console.Administrator.SendAsync(
            console.To("uploads/new"), "upload", ("FileName", "usage.csv"), ("FileLength", "0"), ("Meter", "no_such"));

        var page = await answer.Content.ReadAsStringAsync();
        page.ShouldContain("data-url=\"/files/");
        page.ShouldContain("data-next=\"/org/");
        (await refused.Content.ReadAsStringAsync()).ShouldContain("role=\"alert\"");
        (await console.Administrator.GetAsync(console.To("uploads"))).ShouldContain("usage.csv");
    }

    [Fact]
    public async Task Reader_SeesEverythingAndNoAction()
    {
        var meter = await MeteringServer.CreateMeterAsync(_api, "readable");
        var aggregation = await _api.Aggregations.CreateAsync(new Aggregation
        {
            Name = "Sum",
            Code = "sum_of_readable",
            MeterId = meter.Id,
            TargetField = "bytes",
            Method = AggregationMethod.Sum,
            QuantityPerUnit = 1,
            Rounding = Rounding.None,
            Unit = "By",
        });
        var table = await _api.LookupTables.CreateAsync(new LookupTable { Name = "Readable", Code = "readable" });
        var revision = await _api.LookupTableRevisions.CreateAsync(table.Id, new LookupTableRevision
        {
            Name = "First",
            Keys = ["key"],
            Fields =
            [
                new() { Name = "key", Type = LookupTableRevisionFieldType.String },
                new() { Name = "value", Type = LookupTableRevisionFieldType.Number },
            ],
        });
        using var reader = await MeteringServer.ReaderAsync(console.Server, _api);

        foreach (var path in (string[])[
            "products", "meters", $"meters/{meter.Id}", "aggregations", $"aggregations/{aggregation.Id}",
            "compoundaggregations", "counters", "lookuptables", $"lookuptables/{table.Id}",
            $"lookuptables/{table.Id}/revisions/{revision.Id}", "usage", "ingest"])
        {
            var page = await reader.GetAsync(console.To(path));
            foreach (var action in (string[])[
                "/new\"", "/edit\"", "/test\"", ">Delete", ">Create ", ">Publish<", ">Import", ">Add item",
                ">Save query"])
                page.ShouldNotContain(action, Case.Sensitive, path);
        }
        await reader.GetAsync(console.To("uploads"), HttpStatusCode.Forbidden);
        foreach (var path in (string[])[
            "products/new", "meters/new", "accounts/new", "plantemplates/new", "settings/user-groups/new"])
            (await reader.GetAsync(console.To(path), HttpStatusCode.Forbidden)).ShouldNotContain("class=\"resource\"");
        var edit = await reader.GetAsync(console.To($"meters/{meter.Id}/edit"));
        edit.ShouldContain(meter.Code);
        edit.ShouldNotContain("class=\"resource\"");
    }

    // A measurement is looked at soon after it was accepted.
    private async Task<string> FindFailureAsync()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var events = _api.Events.ListAsync(eventName: "ingest.validation.failure");
            if ((await events.GetPageAsync()).Data is [var failure, ..])
                return failure.Id;
            await Task.Delay(100);
        }
        throw new TimeoutException("The failure was not told.");
    }
}
