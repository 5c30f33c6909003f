namespace Tallystick.Client.Tests.Http;

/// <summary>What the client sends, and how it reads what it gets.</summary>
public sealed class ProtocolTests
{
    [Fact]
    public async Task List_SeveralPages_AreAllEnumerated()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(200, """{"data":[{"id":"1"},{"id":"2"}],"nextToken":"a+b"}""");
        server.Answer(200, """{"data":[],"nextToken":"c"}""");
        server.Answer(200, """{"data":[{"id":"3"}],"nextToken":""}""");
        using var client = server.Client();

        var ids = new List<string>();
        await foreach (var account in client.Accounts.ListAsync(pageSize: 2, codes: ["x", "y z"]))
            ids.Add(account.Id);

        ids.ShouldBe(["1", "2", "3"]);
        server.Received.Select(one => one.Line).ShouldBe(
        [
            "GET /organizations/org/accounts?pageSize=2&codes=x%2Cy%20z",
            "GET /organizations/org/accounts?pageSize=2&codes=x%2Cy%20z&nextToken=a%2Bb",
            "GET /organizations/org/accounts?pageSize=2&codes=x%2Cy%20z&nextToken=c",
        ]);
    }

    [Fact]
    public async Task Page_Requested_HasTheTokenOfTheNext()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(200, """{"data":[{"id":"1"}],"nextToken":"t"}""");
        server.Answer(200, """{"data":[{"id":"2"}]}""");
        using var client = server.Client();
        var list = client.Accounts.ListAsync();

        var first = await list.GetPageAsync();
        var second = await list.GetPageAsync(first.NextToken);

        (first.Data.Single().Id, second.Data.Single().Id, second.NextToken).ShouldBe(("1", "2", null));
    }

    [Fact]
    public async Task Search_SeveralPages_CountsDocuments()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(200, """{"data":[{"id":"1"},{"id":"2"}]}""");
        server.Answer(200, """{"data":[{"id":"3"}]}""");
        using var client = server.Client();

        var found = await client.Accounts.SearchAsync("name~a", pageSize: 2).ToListAsync();

        found.Select(one => one.Id).ShouldBe(["1", "2", "3"]);
        server.Received[1].Line.ShouldBe(
            "GET /organizations/org/accounts/search?searchQuery=name~a&pageSize=2&fromDocument=2");
    }

    [Fact]
    public async Task Event_NotActioned_IsRead()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(200, """
            {"id":"1","eventName":"configuration.account.created","eventTime":"2026-03-01T00:00:00.000Z",
            "m3terEvent":{"eventType":"AccountCreated"},"dtActioned":null}
            """);
        using var client = server.Client();

        var found = await client.Events.GetAsync("1");

        (found.EventTime, found.DtActioned).ShouldBe((new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), null));
    }

    [Fact]
    public async Task Update_OfAnEntityWithUnknownParts_SendsThemBack()
    {
        const string Stored = """
            {"id":"p","version":3,"name":"Plan","code":"plan","planTemplateId":"t","standingCharge":0.10000,
            "novelty":{"of":[1.50,null]},"customFields":{"tier":"gold","seats":12.0}}
            """;
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(200, Stored);
        server.Answer(200, Stored);
        using var client = server.Client();

        var plan = await client.Plans.GetAsync("p");
        await client.Plans.UpdateAsync(plan with { Name = "Größer" });

        server.Received[1].Line.ShouldBe("PUT /organizations/org/plans/p");
        server.Received[1].ContentType.ShouldBe("application/json");
        System.Text.Json.Nodes.JsonNode.DeepEquals(
            System.Text.Json.Nodes.JsonNode.Parse(server.Received[1].Body),
            System.Text.Json.Nodes.JsonNode.Parse(Stored.Replace("\"Plan\"", "\"Größer\"", StringComparison.Ordinal)))
            .ShouldBeTrue(server.Received[1].Body);
        server.Received[1].Body.ShouldContain("0.10000");
        server.Received[1].Body.ShouldContain("12.0");
    }

    [Fact]
    public async Task Choice_OfALaterServer_IsKept()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(200, """{"id":"b","status":"DISPUTED","billTotal":1e-7}""");
        using var client = server.Client();

        var bill = await client.Bills.GetAsync("b");

        bill.Status.ToString().ShouldBe("DISPUTED");
        bill.Status.ShouldNotBe(BillStatus.Pending);
        new BillStatus("PENDING").ShouldBe(BillStatus.Pending);
        bill.BillTotal.ShouldBe(0.0000001m);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task Id_ThatWouldChangeThePath_IsRefused(string id)
    {
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client();

        await Should.ThrowAsync<ArgumentException>(async () => await client.Accounts.DeleteAsync(id));

        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Id_WithReservedCharacters_IsEscaped()
    {
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client();

        await client.LookupTableData.GetEntryAsync("t", "r", "a/b?c#d");

        server.Received.Single().Line
            .ShouldBe("GET /organizations/org/lookuptables/t/revisions/r/data/a%2Fb%3Fc%23d");
    }

    [Fact]
    public async Task Error_WithFaults_NamesThem()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(400, """
            {"message":"name: is required","errors":[{"path":"name","code":"required","message":"is required"}]}
            """);
        using var client = server.Client();

        var error = await Should.ThrowAsync<BadRequestException>(client.Products.GetAsync("p"));

        error.Message.ShouldBe("name: is required");
        error.Code.ShouldBe("required");
        error.Issues.ShouldBe([new ApiIssue("required", "name", "is required")]);
    }

    [Fact]
    public async Task Answer_ThatIsNoJson_IsAFailureOfTheClient()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(200, "<html>");
        using var client = server.Client();

        await Should.ThrowAsync<TallystickException>(client.Products.GetAsync("p"));
    }

    [Fact]
    public void Text_OfARecordWithASecret_DoesNotContainIt()
    {
        new AccessKey { ApiSecret = "hush" }.ToString().ShouldBe("AccessKey");
        new SignInRequest { Email = "a@b.c", Password = "hush" }.ToString().ShouldBe("SignInRequest");
    }

    [Fact]
    public void FieldValue_OfTextsAndNumbers_ComparesByValue()
    {
        FieldValue text = "gold";
        FieldValue number = 12.50m;

        text.ShouldBe((FieldValue)"gold");
        number.ShouldBe((FieldValue)12.5m);
        number.GetHashCode().ShouldBe(((FieldValue)12.5m).GetHashCode());
        text.ShouldNotBe(number);
        default(FieldValue).ShouldBe(default(FieldValue));
        (text.ToString(), text.IsNumber).ShouldBe(("gold", false));
        (number.ToString(), number.AsNumber()).ShouldBe(("12.50", 12.5m));
    }
}
