using System.Text;
using Tallystick.Metering.Uploads;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.FileUploads;

/// <summary>The operations on file uploads, and what becomes of the rows of a file.</summary>
public sealed class FileUploadTests(SqliteServer shared)
{
    private const string Good =
        """{"uid":"u1","meter":"calls","account":"acme","ts":"2025-03-01T00:00:00Z","measure":{"n":1.5}}""";

    [Fact]
    public async Task Upload_OfJson_StoresItsRowsAndTellsHowMany()
    {
        using var client = await StartAsync();
        var uploads = new UploadSetup(client);

        var job = await uploads.UploadAsync($"[{Good},\n{Good.Replace("u1", "", StringComparison.Ordinal)}]");

        job.Select(member => member.Key).ShouldBe(
        [
            "id", "version", "fileName", "uploadDate", "contentLength", "status", "totalRows", "processedRows",
            "failedRows",
        ]);
        UploadSetup.Outcome(job).ShouldBe("succeeded 2 2 0");
        (await uploads.ConservedAsync()).ShouldBe("2 2 0 0");
        var rows = (await new MeteredUsage(client).QueryAsync("\"limit\":10")).Data;
        rows.Select(row => $"{row["accountCode"]} {row["ts"]} {row["n"]}").ShouldBe(
            Enumerable.Repeat("acme 2025-03-01T00:00:00Z 1.5", 2));
        rows.Select(row => (string)row["uid"]!).Order().ShouldBe(new[] { $"{job["id"]}.2", "u1" }.Order());
    }

    [Fact]
    public async Task Rows_ThatAreInvalid_AreFoundAsFailuresAndDoNotStopTheFile()
    {
        using var client = await StartAsync();
        var uploads = new UploadSetup(client);
        string[] rows =
        [
            Good, "5", "{\"meter\":1}", Good.Replace("2025-03-01T", "tomorrow", StringComparison.Ordinal),
            Good.Replace("1.5", "\"1.5\"", StringComparison.Ordinal), "{\"a\":}", Good,
            Good.Replace("calls", "nothing", StringComparison.Ordinal),
        ];

        var job = await uploads.UploadAsync($"[\n{string.Join(",\n", rows)}\n]");

        UploadSetup.Outcome(job).ShouldBe("succeeded 8 3 5");
        (await uploads.ConservedAsync()).ShouldBe("8 1 1 6");
        var failures = await uploads.FailuresAsync();
        failures.Where(one => (string?)one["type"] == "InvalidRow")
            .Select(one => $"{one["row"]} {one["line"]} {one["message"]}").ShouldBe(
            [
                "2 3 The row must be an object",
                "3 4 meter: must be a string; account: is required; ts: is required",
                "4 5 ts: must be an ISO 8601 date-time such as 2026-03-01T09:30:00Z",
                "5 6 measure.n: must be a number",
                "6 7 The row is not valid JSON",
            ]);
        foreach (var one in failures.Where(one => one.ContainsKey("row")))
        {
            ((string?)one["jobId"]).ShouldBe((string?)job["id"]);
            ((string?)one["text"]).ShouldBe(rows[(int)one["row"]! - 1]);
            one.ContainsKey("receivedAt").ShouldBeTrue();
        }
        // What a look-up finds wrong arises as for any measurement.
        failures.Select(one => (string?)one["type"]).Where(type => type != "InvalidRow")
            .ShouldBe(["DuplicateUid", "UndefinedMeter"]);
    }

    [Fact]
    public async Task Rows_ThatAreInvalidTooOften_FailTheJobAndTheRestIsNotRead()
    {
        using var client = await StartAsync();
        const string bad = ",0";

        var job = await new UploadSetup(client).UploadAsync(UploadSetup.Gzip(
            $"[{Good}{string.Concat(Enumerable.Repeat(bad, MeasurementUploads.MaxInvalidRows + 1))},{Good}]"));

        UploadSetup.Outcome(job).ShouldBe("failed 100003 1 100000");
        ((string?)job["failureReason"]).ShouldBe(
            "Reading stopped at row 100,001, the 100,000th invalid row. The valid rows before it were accepted");
    }

    [Fact]
    public async Task Events_OfInvalidRows_AreListedAndActionedLikeOthers()
    {
        using var client = await StartAsync();
        var uploads = new UploadSetup(client);
        var job = await uploads.UploadAsync("[1]");
        await uploads.ConservedAsync();

        var one = (await client.GetAsync("events?eventType=IngestValidationFailure")).Data.ShouldHaveSingleItem();

        var details = one["m3terEvent"]!["eventData"]!["newDto"]!;
        $"{details["type"]} {details["jobId"]} {details["row"]} {details["line"]}"
            .ShouldBe($"InvalidRow {job["id"]} 1 1");
        (await client.GetAsync($"events/{one["id"]}")).Object.ToJsonString().ShouldBe(one.ToJsonString());
    }

    [Theory]
    [InlineData("uid,account,ts,n\nc1,acme,2025-03-01T00:00:00Z,2.5\nc2,acme,2025-03-02,x\n,acme,2025-03-03,3\n")]
    [InlineData("\ufeffmeasure.n,ts,ets,account,meter,uid\r\n2.5,2025-03-01,,acme,calls,c1\r\n\r\n"
        + "x,2025-03-02,,acme,calls,c2\r\n3,2025-03-03,2025-03-04,\"acme\",calls,\"\"")]
    public async Task Upload_OfCsv_StoresItsRows(string file)
    {
        using var client = await StartAsync();
        var uploads = new UploadSetup(client);

        var job = await uploads.UploadCsvAsync(file);

        UploadSetup.Outcome(job).ShouldBe("succeeded 3 2 1");
        ((string?)job["meter"]).ShouldBe("calls");
        (await uploads.ConservedAsync()).ShouldBe("3 2 0 1");
        (await new MeteredUsage(client).QueryAsync("\"limit\":10")).Data
            .Select(row => $"{row["uid"]} {row["ts"]} {row["n"]}").Order().ShouldBe(
                new[] { $"{job["id"]}.3 2025-03-03T00:00:00Z 3", "c1 2025-03-01T00:00:00Z 2.5" }.Order());
        var failure = (await uploads.FailuresAsync()).ShouldHaveSingleItem();
        ((string?)failure["message"]).ShouldStartWith("measure.n: must be a number");
        ((long?)failure["row"]).ShouldBe(2);
        ((string)failure["text"]!).ShouldContain("2025-03-02");
    }

    [Fact]
    public async Task Rows_OfCsv_FollowTheRules()
    {
        using var client = await StartAsync();
        await new MeteredUsage(client).MeterAsync("texts", "measure.n", "what.kind", "other.id");
        var uploads = new UploadSetup(client);
        var file = Encoding.UTF8.GetBytes(
            "uid,account,ts,n,kind,other.id,meter\n"
            + "1,acme,2025-03-01,1,\"a, \"\"b\"\"\nc\",\"\",texts\n"
            + "2,acme,2025-03-01,1,x,y,calls\n"
            + "3,acme,2025-03-01,1,x\"y,z,texts\n"
            + "4,acme,2025-03-01,1,x,texts\n"
            + "5,acme,2025-03-01,1,,y,texts\n"
            + "6,,2025-03-01,1,x,y,texts\n");

        var job = await uploads.EndedAsync(await uploads.StartAsync(
            UploadSetup.Root + "/generateCsvUploadUrl", UploadSetup.CsvRequest(file.Length, "texts"), file));

        UploadSetup.Outcome(job).ShouldBe("succeeded 6 2 4");
        var failures = await uploads.FailuresAsync();
        failures.Select(one => $"{one["row"] ?? one["measurement"]!["uid"]!} {one["line"]} {one["message"]}").ShouldBe(
            [
                "2 4 meter: must be 'texts', the meter of the file",
                "3 5 The row must have 7 values, quoted as in RFC 4180",
                "4 6 The row must have 7 values, quoted as in RFC 4180",
                "5  The meter 'texts' requires a value for 'what.kind'.",
                "6 8 account: is required",
            ], ignoreOrder: true);
        var stored = (await new MeteredUsage(client).QueryAsync("\"limit\":10")).Data.ShouldHaveSingleItem();
        ((string?)stored["kind"]).ShouldBe("a, \"b\"\nc");
        ((string?)stored["id"]).ShouldBe("");
    }

    [Theory]
    [InlineData("account,ts\n", "the column 'measure.n' is missing")]
    [InlineData("account,ts,n,other\n", "the meter 'calls' has no data field 'other'")]
    [InlineData("account,ts,n,measure.n\n", "the column 'measure.n' is repeated")]
    [InlineData("Account,TS,n\n", "has no data field 'Account'; the meter 'calls' has no data field 'TS'")]
    [InlineData("acme,2025-03-01,1\n", "has no data field 'acme'")]
    [InlineData("", "must contain the names of the columns")]
    [InlineData("account,ts,n\nacme,2025-03-01,\"1\nacme,2025-03-01,1\n", "line 2 is never closed")]
    public async Task Upload_OfMalformedCsv_FailsAsAWhole(string file, string reason)
    {
        using var client = await StartAsync();
        var uploads = new UploadSetup(client);

        var job = await uploads.UploadCsvAsync(file.Length == 0 ? "\n" : file);

        ((string?)job["status"]).ShouldBe("failed");
        ((string)job["failureReason"]!).ShouldContain(reason);
        (await uploads.ConservedAsync()).ShouldBe("0 0 0 0");
    }

    [Theory]
    [InlineData("{\"measurements\":[]}", "must be a JSON array")]
    [InlineData("[{},]", "line 1 must have a measurement")]
    [InlineData("[{}", "line 1 must have a comma or the end of the array")]
    [InlineData("not json", "must be a JSON array")]
    [InlineData("[\"", "ends in the middle")]
    public async Task Upload_OfNoJsonArray_FailsAsAWhole(string file, string reason)
    {
        using var client = await StartAsync();
        var uploads = new UploadSetup(client);
        file = file.Replace("{}", Good, StringComparison.Ordinal);

        foreach (var sent in new[] { Encoding.UTF8.GetBytes(file), UploadSetup.Gzip(file) })
        {
            var job = await uploads.UploadAsync(sent);
            ((string?)job["status"]).ShouldBe("failed");
            ((string)job["failureReason"]!).ShouldContain(reason);
        }
        (await uploads.ConservedAsync()).ShouldBe("0 0 0 0");
    }

    [Fact]
    public async Task Upload_OfGzip_IsTheFileInIt()
    {
        using var client = await StartAsync();
        var uploads = new UploadSetup(client);

        UploadSetup.Outcome(await uploads.UploadAsync(UploadSetup.Gzip($"[{Good}]"))).ShouldBe("succeeded 1 1 0");
        UploadSetup.Outcome(await uploads.UploadAsync([.. UploadSetup.Gzip("[]"), 0])).ShouldBe("failed 0 0 0");
    }

    [Theory]
    [InlineData("{\"a\":", 200_000, "The row is not valid JSON")]
    [InlineData("[", 100, "The row is not valid JSON")]
    [InlineData("\"\\u0000", 1, "The row must be an object")]
    public async Task Rows_NestedDeeplyOrOdd_AreInvalid(string open, int times, string reason)
    {
        using var client = await StartAsync();
        var uploads = new UploadSetup(client);
        var close = open[0] switch { '{' => "}", '[' => "]", _ => "\"" };
        var row = string.Concat(Enumerable.Repeat(open, times)) + (open[0] == '{' ? "1" : "")
            + string.Concat(Enumerable.Repeat(close, times));

        var job = await uploads.UploadAsync($"[{row},{Good}]");

        UploadSetup.Outcome(job).ShouldBe("succeeded 2 1 1");
        var message = (string?)(await uploads.FailuresAsync()).ShouldHaveSingleItem()["message"];
        message.ShouldBe(row.Length > RowLimit ? $"The row must have at most {RowLimit} bytes" : reason);
    }

    [Fact]
    public async Task Rows_TooLongOrNotUtf8_AreInvalidAndKeptInPart()
    {
        using var client = await StartAsync();
        var uploads = new UploadSetup(client);
        byte[] file =
        [
            .. "["u8,
            .. Encoding.UTF8.GetBytes(Good.Replace("acme", new string('x', RowLimit), StringComparison.Ordinal)),
            .. ","u8, .. "{\"a\":\""u8, 0xff, 0xfe, .. "\"},"u8, .. Encoding.UTF8.GetBytes(Good), .. "]"u8,
        ];

        UploadSetup.Outcome(await uploads.UploadAsync(file)).ShouldBe("succeeded 3 1 2");

        var failures = await uploads.FailuresAsync();
        failures.Select(one => (string?)one["message"]).ShouldBe(
            [$"The row must have at most {RowLimit} bytes", "The row is not valid UTF-8"]);
        ((string?)failures[0]["text"])!.Length.ShouldBe(1000);
        ((string?)failures[1]["text"]).ShouldBe("{\"a\":\"\ufffd\ufffd\"}");
    }

    private const int RowLimit = 512_000;

    private async Task<ApiClient> StartAsync()
    {
        var client = await shared.NewOrganizationAsync();
        await new MeteredUsage(client).MeterAsync("calls", "measure.n");
        return client;
    }
}
