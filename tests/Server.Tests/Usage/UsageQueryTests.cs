using System.Net;
using Tallystick.Server.Tests.Api;
using static Tallystick.Server.Tests.Usage.MeteredUsage;

namespace Tallystick.Server.Tests.Usage;

/// <summary>The data explorer over HTTP: what was submitted before comes back, exactly.</summary>
public sealed class UsageQueryTests(SqliteServer shared)
{
    [Fact]
    public async Task Query_EveryFunction_IsExact()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var calls = await usage.MeterAsync("calls", "measure.n", "what.region", "metadata.note");
        await usage.SubmitAsync(
            "calls acme 2025-03-03T00:00:00Z measure.n=0.1 what.region=eu metadata.note=a",
            "calls acme 2025-03-04T00:00:00Z measure.n=123456789012345678.5 what.region=eu metadata.note=b",
            "calls bolt 2025-03-01T00:00:00Z measure.n=-0.25 what.region=us metadata.note=c",
            "calls bolt 2025-03-02T00:00:00Z measure.n=0.2 what.region=EU metadata.note=d");
        var functions = new[] { "SUM", "MIN", "MAX", "COUNT", "LATEST", "MEAN" }
            .Select(function => Aggregation(calls, "n", function))
            .Append(Aggregation(calls, "region", "COUNT", "DIMENSION"))
            .Append(Aggregation(calls, "region", "UNIQUE", "DIMENSION"))
            .Append(Aggregation(calls, "note", "UNIQUE", "DIMENSION"));

        var answer = await usage.QueryAsync($"\"aggregations\":[{string.Join(',', functions)}]");

        // Sum: 123456789012345678.5 + 0.1 - 0.25 + 0.2; mean: a quarter of it.
        Rows(answer).ShouldBe(
        [
            "{'calls.n.SUM':123456789012345678.55,'calls.n.MIN':-0.25,'calls.n.MAX':123456789012345678.5,"
                + "'calls.n.COUNT':4,'calls.n.LATEST':123456789012345678.5,'calls.n.MEAN':30864197253086419.6375,"
                + "'calls.region.COUNT':4,'calls.region.UNIQUE':3,'calls.note.UNIQUE':4}",
        ]);
        answer.Object["hasMoreData"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Query_GroupsOfTwoMeters_MeetOnEqualKeys()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var calls = await usage.MeterAsync("calls", "measure.n", "what.region");
        var disk = await usage.MeterAsync("disk", "measure.gb", "where.region");
        await usage.SubmitAsync(
            "calls acme 2025-03-01 measure.n=1 what.region=eu",
            "calls acme 2025-03-02 measure.n=2 what.region=us",
            "calls bolt 2025-03-02 measure.n=4 what.region=eu",
            "disk acme 2025-03-02 measure.gb=8.5 where.region=eu",
            "calls acme 2025-03-02 measure.n=16 what.region=eu",
            "disk cube 2025-03-02 measure.gb=32 where.region=eu");
        var aggregations = $"\"aggregations\":[{Aggregation(calls, "n", "SUM")},{Aggregation(disk, "gb", "SUM")}]";
        var dimensions = string.Join(',', new[] { calls, disk }.Select(
            meter => $$"""{"groupType":"DIMENSION","meterId":"{{meter}}","fieldCode":"region"}"""));

        var both = await usage.QueryAsync($$"""{{aggregations}},"groups":[{"groupType":"ACCOUNT"},{{dimensions}}]""");
        var only = await usage.QueryAsync($$"""
            {{aggregations}},"limit":2,"groups":[{"groupType":"DIMENSION","meterId":"{{calls}}","fieldCode":"region"}]
            """);

        // The group that received something last comes first.
        Rows(both).ShouldBe(
        [
            "{'accountCode':'cube','region':'eu','calls.n.SUM':null,'disk.gb.SUM':32}",
            "{'accountCode':'acme','region':'eu','calls.n.SUM':17,'disk.gb.SUM':8.5}",
            "{'accountCode':'bolt','region':'eu','calls.n.SUM':4,'disk.gb.SUM':null}",
            "{'accountCode':'acme','region':'us','calls.n.SUM':2,'disk.gb.SUM':null}",
        ]);
        Rows(only).ShouldBe(
        [
            "{'region':null,'calls.n.SUM':null,'disk.gb.SUM':40.5}",
            "{'region':'eu','calls.n.SUM':21,'disk.gb.SUM':null}",
        ]);
        only.Object["hasMoreData"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    // The clocks go forward on Sunday, 30 March 2025 at 01:00 UTC: that day has 23 hours.
    [InlineData("Europe/London", "DAY", "2025-03-29T00:00:00Z 1 2025-03-30T00:00:00Z 6 2025-03-30T23:00:00Z 8",
        "2025-03-29T23:30:00Z 2025-03-30T00:30:00Z 2025-03-30T22:59:59Z 2025-03-30T23:00:00Z")]
    [InlineData("Europe/London", "WEEK", "2025-03-24T00:00:00Z 7 2025-03-30T23:00:00Z 8",
        "2025-03-29T23:30:00Z 2025-03-30T00:30:00Z 2025-03-30T22:59:59Z 2025-03-30T23:00:00Z")]
    [InlineData("Europe/London", "MONTH", "2025-02-01T00:00:00Z 1 2025-03-01T00:00:00Z 2 2025-03-31T23:00:00Z 4",
        "2025-02-28T23:59:59.999999999Z 2025-03-31T22:59:59Z 2025-03-31T23:00:00Z")]
    [InlineData("Europe/London", "QUARTER", "2025-01-01T00:00:00Z 3 2025-03-31T23:00:00Z 4",
        "2025-01-01T00:00:00Z 2025-03-31T22:59:59Z 2025-03-31T23:00:00Z")]
    // On 26 October the hour from 01:00 to 02:00 is passed twice.
    [InlineData("Europe/London", "HOUR", "2025-10-26T00:00:00Z 1 2025-10-26T01:00:00Z 2 2025-10-26T02:00:00Z 4",
        "2025-10-26T00:30:00Z 2025-10-26T01:30:00Z 2025-10-26T02:30:00Z")]
    [InlineData("Asia/Kolkata", "HOUR", "2025-05-05T00:30:00Z 3 2025-05-05T01:30:00Z 4",
        "2025-05-05T00:30:00Z 2025-05-05T01:29:59Z 2025-05-05T01:30:00Z")]
    // Lord Howe goes back by half an hour at 15:00 UTC: the second 01:30 begins a bucket of its own.
    [InlineData("Australia/Lord_Howe", "HOUR", "2025-04-05T14:00:00Z 1 2025-04-05T15:00:00Z 2 2025-04-05T15:30:00Z 4",
        "2025-04-05T14:45:00Z 2025-04-05T15:10:00Z 2025-04-05T15:30:00Z")]
    // Samoa left 30 December 2011 out.
    [InlineData("Pacific/Apia", "DAY", "2011-12-29T10:00:00Z 1 2011-12-30T10:00:00Z 2",
        "2011-12-30T09:59:59Z 2011-12-30T10:00:00Z")]
    public async Task Query_ByTime_FollowsTheZoneOfTheOrganization(
        string zone, string frequency, string expected, string instants)
    {
        using var client = await shared.NewOrganizationAsync();
        var config = (await client.GetAsync("organizationconfig")).Object;
        config["timezone"] = zone;
        (await client.PutAsync("organizationconfig", config)).Status.ShouldBe(HttpStatusCode.OK);
        var usage = new MeteredUsage(client);
        var calls = await usage.MeterAsync("calls", "measure.n");
        // The n-th measurement counts 2^n, so that a sum tells which are in it.
        await usage.SubmitAsync([.. instants.Split(' ').Select(
            (instant, index) => $"calls acme {instant} measure.n={1 << index}")]);

        var answer = await usage.QueryAsync(
            $$"""
            "aggregations":[{{Aggregation(calls, "n", "SUM")}}],
            "groups":[{"groupType":"TIME","frequency":"{{frequency}}"}]
            """,
            "2000-01-01 2100-01-01");

        var found = answer.Data.Select(row => $"{row["ts"]} {row["calls.n.SUM"]}").Order(StringComparer.Ordinal);
        string.Join(' ', found).ShouldBe(expected);
    }

    [Fact]
    public async Task Query_WithoutAggregations_AnswersMeasurementsLatestReceivedFirst()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        await usage.MeterAsync("calls", "measure.n", "what.region");
        await usage.MeterAsync("disk", "cost.uid");
        await usage.SubmitAsync(
            "calls acme 2025-03-03T00:00:00.000000001Z measure.n=0.10 what.region=",
            "disk acme 2025-03-02 cost.uid=12345678901234567890.12345678",
            "calls bolt 2025-03-01 measure.n=3 what.region=d'or");

        var all = await usage.QueryAsync("\"limit\":3");
        var two = await usage.QueryAsync("\"limit\":2");

        const string names = "'accountCode':'{0}','accountName':'{0}-autocreated','meterCode':'{1}'";
        Rows(all).ShouldBe(
        [
            $"{{'uid':'u2',{string.Format(null, names, "bolt", "calls")},'ts':'2025-03-01T00:00:00Z','ets':null,"
                + "'n':3,'region':'d'or'}",
            $"{{'uid':'u1',{string.Format(null, names, "acme", "disk")},'ts':'2025-03-02T00:00:00Z','ets':null,"
                + "'disk.uid':12345678901234567890.12345678}",
            $"{{'uid':'u0',{string.Format(null, names, "acme", "calls")},'ts':'2025-03-03T00:00:00.000000001Z',"
                + "'ets':null,'n':0.1,'region':''}",
        ]);
        all.Object["hasMoreData"]!.GetValue<bool>().ShouldBeFalse();
        two.Data.Select(row => (string?)row["uid"]).ShouldBe(["u2", "u1"]);
        two.Object["hasMoreData"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""
        "dimensionFilters":[{"meterId":"calls","fieldCode":"region","values":["eu","us"]}]
        """, "u0 u1 u3 u4")]
    [InlineData("""
        "dimensionFilters":[{"meterId":"calls","fieldCode":"region","values":["eu"]},
        {"meterId":"calls","fieldCode":"tier","values":["gold","GOLD"]}]
        """, "u0 u4")]
    [InlineData("""
        "dimensionFilters":[{"meterId":"calls","fieldCode":"region","values":["' OR true --"]}]
        """, "u4")]
    [InlineData("\"meterIds\":[\"calls\"]", "u0 u1 u2 u3")]
    [InlineData("\"meterIds\":[\"nobody\"]", "")]
    [InlineData("\"meterIds\":[],\"accountIds\":[]", "u0 u1 u2 u3 u4")]
    [InlineData("\"accountIds\":[\"bolt\"]", "u3")]
    [InlineData("\"accountIds\":[\"nobody\"]", "")]
    [InlineData("\"accountIds\":[\"acme\",\"bolt\"],\"meterIds\":[\"calls\",\"disk\"]", "u0 u1 u2 u3 u4")]
    public async Task Query_Restricted_AnswersOnlyWhatMatches(string restriction, string expected)
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var calls = await usage.MeterAsync("calls", "measure.n", "what.region", "what.tier");
        var disk = await usage.MeterAsync("disk", "measure.n");
        var acme = await AccountAsync(client, "acme");
        var bolt = await AccountAsync(client, "bolt");
        await usage.SubmitAsync(
            "calls acme 2025-01-01T00:00:00Z measure.n=1 what.region=eu what.tier=gold",
            "calls acme 2025-12-31T23:59:59Z measure.n=1 what.region=us what.tier=gold",
            "calls acme 2025-03-01 measure.n=1 what.region=EU what.tier=gold",
            "calls bolt 2025-03-01 measure.n=1 what.region=eu what.tier=lead",
            "disk acme 2025-03-01 measure.n=1",
            "disk acme 2026-01-01T00:00:00Z measure.n=1",
            "disk acme 2024-12-31T23:59:59.999999999Z measure.n=1");

        var answer = await usage.QueryAsync(restriction
            .Replace("\"calls\"", $"\"{calls}\"", StringComparison.Ordinal)
            .Replace("\"disk\"", $"\"{disk}\"", StringComparison.Ordinal)
            .Replace("\"acme\"", $"\"{acme}\"", StringComparison.Ordinal)
            .Replace("\"bolt\"", $"\"{bolt}\"", StringComparison.Ordinal));

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Message);
        var uids = answer.Data.Select(row => (string?)row["uid"]).Order(StringComparer.Ordinal);
        string.Join(' ', uids).ShouldBe(expected);
    }

    [Theory]
    [InlineData("SUM")]
    [InlineData("MIN")]
    [InlineData("MAX")]
    [InlineData("LATEST")]
    [InlineData("MEAN")]
    public async Task Query_OfADimension_CanOnlyCount(string function)
    {
        using var client = await shared.NewOrganizationAsync();
        var meter = await new MeteredUsage(client).MeterAsync("calls", "what.region");

        var answer = await client.PostAsync("usage/query", $$"""
            {"startDate":"2025-01-01","endDate":"2025-02-01",
             "aggregations":[{{Aggregation(meter, "region", function, "DIMENSION")}}]}
            """);

        answer.Faults.ShouldBe(["not_allowed aggregations[0].function"]);
    }

    [Theory]
    [InlineData("""{"endDate":"2025-01-02"}""", "required startDate")]
    [InlineData("""{"startDate":"2025-01-02"}""", "required endDate")]
    [InlineData("""{"startDate":"2025-01-02","endDate":"2025-01-02"}""", "range endDate")]
    [InlineData("""{"startDate":"soon","endDate":"2025-01-02"}""", "date_time startDate")]
    [InlineData("""{P,"limit":0}""", "range limit")]
    [InlineData("""{P,"limit":20001}""", "range limit")]
    [InlineData("""{P,"groups":[{"groupType":"ACCOUNT"}]}""", "needs groups")]
    [InlineData("""{P,"groups":[{"groupType":"ACCOUNT"}],"aggregations":[]}""", "needs groups")]
    [InlineData("""{P,"aggregations":[{"meterId":"M","fieldCode":"n","fieldType":"MEASURE","function":"UNIQUE"}]}""",
        "not_allowed aggregations[0].function")]
    [InlineData("""{P,"aggregations":[{"meterId":"M","fieldCode":"region","fieldType":"MEASURE","function":"SUM"}]}""",
        "contradiction aggregations[0].fieldType")]
    [InlineData("""{P,"aggregations":[{"meterId":"M","fieldCode":"n","fieldType":"DIMENSION","function":"COUNT"}]}""",
        "contradiction aggregations[0].fieldType")]
    [InlineData("""{P,"aggregations":[{"meterId":"M","fieldCode":"n","fieldType":"MEASURE","function":"MEDIAN"}]}""",
        "unknown_value aggregations[0].function")]
    [InlineData("""{P,"aggregations":[{"meterId":"M","fieldCode":"x","fieldType":"MEASURE","function":"SUM"}]}""",
        "reference aggregations[0].fieldCode")]
    [InlineData("""{P,"aggregations":[{"meterId":"F","fieldCode":"n","fieldType":"MEASURE","function":"SUM"}]}""",
        "reference aggregations[0].meterId")]
    [InlineData("""{P,"meterIds":["x"],"aggregations":[A]}""", "contradiction aggregations[0].meterId")]
    [InlineData("""{P,"aggregations":[A,A]}""", "duplicate aggregations[1]")]
    [InlineData("""{P,"aggregations":[{"meterId":"M"}]}""", "required aggregations[0].fieldCode")]
    [InlineData("""{P,"aggregations":[A],"groups":[{}]}""", "required groups[0].groupType")]
    [InlineData("""{P,"aggregations":[A],"groups":[{"groupType":"PLAN"}]}""", "unknown_value groups[0].groupType")]
    [InlineData("""{P,"aggregations":[A],"groups":[{"groupType":"TIME"}]}""", "required groups[0].frequency")]
    [InlineData("""{P,"aggregations":[A],"groups":[{"groupType":"TIME","frequency":"YEAR"}]}""",
        "unknown_value groups[0].frequency")]
    [InlineData("""{P,"aggregations":[A],"groups":[{"groupType":"DIMENSION","meterId":"M"}]}""",
        "required groups[0].fieldCode")]
    [InlineData("""{P,"aggregations":[A],"groups":[{"groupType":"DIMENSION","meterId":"M","fieldCode":"n"}]}""",
        "not_allowed groups[0].fieldCode")]
    [InlineData("""{P,"aggregations":[A],"groups":[{"groupType":"DIMENSION","meterId":"M","fieldCode":"note"}]}""",
        "not_allowed groups[0].fieldCode")]
    [InlineData("""{P,"aggregations":[A],"groups":[{"groupType":"ACCOUNT"},{"groupType":"ACCOUNT"}]}""",
        "duplicate groups[1]")]
    [InlineData("""{P,"dimensionFilters":[{"meterId":"M","fieldCode":"region","values":[]}]}""",
        "count dimensionFilters[0].values")]
    [InlineData("""{P,"dimensionFilters":[{"meterId":"M","fieldCode":"note","values":["x"]}]}""",
        "not_allowed dimensionFilters[0].fieldCode")]
    [InlineData("""{P,"dimensionFilters":[{"meterId":"nobody","fieldCode":"region","values":["x"]}]}""",
        "reference dimensionFilters[0].meterId")]
    [InlineData("[]", "type ")]
    public async Task Query_ThatMakesNoSense_IsRefusedByName(string body, string fault)
    {
        using var client = await shared.NewOrganizationAsync();
        using var foreign = await shared.NewOrganizationAsync();
        var meter = await new MeteredUsage(client).MeterAsync("calls", "measure.n", "what.region", "metadata.note");
        var foreignMeter = await new MeteredUsage(foreign).MeterAsync("calls", "measure.n");

        var answer = await client.PostAsync("usage/query", body
            .Replace("P,", "\"startDate\":\"2025-01-01\",\"endDate\":\"2025-02-01\",", StringComparison.Ordinal)
            .Replace("[A,A]", "[A,A]".Replace("A", Aggregation("M", "n", "SUM"), StringComparison.Ordinal),
                StringComparison.Ordinal)
            .Replace("[A]", $"[{Aggregation("M", "n", "SUM")}]", StringComparison.Ordinal)
            .Replace("\"M\"", $"\"{meter}\"", StringComparison.Ordinal)
            .Replace("\"F\"", $"\"{foreignMeter}\"", StringComparison.Ordinal));

        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Message);
        answer.Faults.ShouldContain(fault);
    }

    [Fact]
    public async Task Query_SumOfMoreDigitsThanAreExact_IsRefused()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var calls = await usage.MeterAsync("calls", "measure.n");
        await usage.SubmitAsync(
            "calls acme 2025-03-01 measure.n=9999999999999999999999999999",
            "calls acme 2025-03-01 measure.n=0.000000000000000001");

        var answer = await usage.QueryAsync($"\"aggregations\":[{Aggregation(calls, "n", "SUM")}]");

        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Message);
        answer.Faults.ShouldBe(["digits aggregations"]);
    }

    private static async Task<string> AccountAsync(ApiClient client, string code) => (await client.PostAsync(
        "accounts", $$"""{"name":"{{code}}","code":"{{code}}","emailAddress":"{{code}}@example.com"}""")).Id;
}
