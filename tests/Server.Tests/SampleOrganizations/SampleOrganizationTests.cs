using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Organizations;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Server.Jobs;
using Tallystick.Server.SampleData;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.SampleOrganizations;

/// <summary>A person tries the product with an organization of invented data, and removes it.</summary>
public sealed class SampleOrganizationTests
{
    private const string Path = "sampleorganization";
    private const string Administrator = "00000000-0000-4000-8000-000000000001";
    private const string ReadOnly = "00000000-0000-4000-8000-000000000002";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sample_MadeAndRemoved_HasALifeAndLeavesNothing()
    {
        await using var server = await ApiServer.StartAsync();
        using var person = await Person.MakeAsync(server.Client, null, Administrator);
        var before = await ContentAsync(server, server.OrganizationId);

        var made = (await person.Client.PostAsync(Path, new JsonObject())).Object;
        var id = (string)made["organizationId"]!;
        (await person.Client.PostAsync(Path, new JsonObject())).Object["organizationId"]!.ToString().ShouldBe(id);
        await server.Service<JobRunner>().RunDueAsync(Token);
        var ready = (await person.Client.GetAsync(Path)).Object;
        ((string?)ready["status"], (int?)ready["progress"]).ShouldBe(("READY", 100));
        (await ContentAsync(server, server.OrganizationId)).ShouldBe(before);

        using var inside = new ApiClient(server.Address, id);
        var answer = await person.SignInAsync(organizationId: id);
        inside.Http.DefaultRequestHeaders.Authorization = new("Bearer", (string)answer.Object["access_token"]!);
        await ShouldBeAliveAsync(inside);
        await server.Service<ConservationCheck>().CheckAsync(null, Token);
        server.Service<ConservationCheck>().Mismatches.ShouldBe(0);

        var removing = (await inside.DeleteAsync(Path)).Object;
        ((string?)removing["status"]).ShouldBe("REMOVING");
        (await inside.GetAsync("accounts")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await person.SignInAsync()).Object["organizationId"]!.ToString().ShouldBe(server.OrganizationId);
        (await person.Client.GetAsync(Path)).Status.ShouldBe(HttpStatusCode.NotFound);
        await server.Service<JobRunner>().RunDueAsync(Token);

        (await ContentAsync(server, id)).ShouldBeEmpty();
        (await server.Service<IIngestLedger>().CountRowsAsync(id, Instant.MinValue, Token)).Rows.ShouldBeEmpty();
        (await server.Service<IIngestLedger>().ReadFailuresAsync(
            id, new LogPosition(long.MaxValue), Instant.MinValue, 1, Token)).ShouldBeEmpty();
        (await Organizations.IdsAsync(AllKinds.Catalog, server.Service<IDocumentStore>(), Token))
            .ShouldBe([server.OrganizationId]);
        (await person.SignInAsync()).Object["organizations"]!.AsArray().Count.ShouldBe(1);
        server.Service<JobBoard>().Count().ShouldBeEmpty();
        await server.Service<ConservationCheck>().CheckAsync(null, Token);
        server.Service<ConservationCheck>().Mismatches.ShouldBe(0);
        (await ContentAsync(server, server.OrganizationId)).ShouldBe(before);
    }

    [Fact]
    public async Task Sample_RemovedWhileItIsMade_LeavesNothingAndCanBeMadeAgain()
    {
        await using var server = await ApiServer.StartAsync();
        using var person = await Person.MakeAsync(server.Client, null, Administrator);
        var first = (string)(await person.Client.PostAsync(Path, new JsonObject())).Object["organizationId"]!;
        var token = (string)(await person.SignInAsync(organizationId: first)).Object["access_token"]!;
        using var inside = new ApiClient(server.Address, first);
        inside.Http.DefaultRequestHeaders.Authorization = new("Bearer", token);

        (await inside.DeleteAsync(Path)).Status.ShouldBe(HttpStatusCode.OK);
        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        var second = (string)(await person.Client.PostAsync(Path, new JsonObject())).Object["organizationId"]!;
        second.ShouldNotBe(first);
        await server.Service<JobRunner>().RunDueAsync(Token);

        (await ContentAsync(server, first)).ShouldBeEmpty();
        ((string?)(await person.Client.GetAsync(Path)).Object["status"]).ShouldBe("READY");
    }

    [Fact]
    public async Task Sample_AskedForByWhoMayNot_IsRefused()
    {
        await using var server = await ApiServer.StartAsync();
        using var reader = await Person.MakeAsync(server.Client, null, ReadOnly);

        (await reader.Client.PostAsync(Path, new JsonObject())).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await reader.Client.DeleteAsync(Path)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var byProgram = await server.Client.PostAsync(Path, new JsonObject());
        byProgram.Status.ShouldBe(HttpStatusCode.BadRequest);
        byProgram.Faults.ShouldBe(["not_a_person "]);
    }

    [Fact]
    public async Task Removal_OfAnOrganizationThatIsNoSample_IsRefused()
    {
        await using var server = await ApiServer.StartAsync();
        var before = await ContentAsync(server, server.OrganizationId);

        var refused = await server.Client.DeleteAsync(Path);

        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Message.ShouldContain("not a sample organization");
        (await ContentAsync(server, server.OrganizationId)).ShouldBe(before);
    }

    // The process ends between the first write and the others.
    [Fact]
    public async Task Sample_OfWhichOnlyTheEntryExists_IsCompletedByTheNextRequest()
    {
        await using var server = await ApiServer.StartAsync();
        using var person = await Person.MakeAsync(server.Client, null, Administrator);
        var id = $"{Guid.NewGuid()}";
        await server.Service<ResourceService>().CreateAsync(
            InstalledOrganizationResource.Definition, Access.Credentials.AccessKeyResource.Installation,
            ResourceService.SystemPrincipal, new InstalledOrganization { Id = id, SampleFor = person.Id }, Token);

        var made = (await person.Client.PostAsync(Path, new JsonObject())).Object;

        ((string?)made["organizationId"]).ShouldBe(id);
        (await person.SignInAsync(organizationId: id)).Status.ShouldBe(HttpStatusCode.OK);
    }

    // The process ends before the rest is made, or after the rest is removed. The next start asks the handler.
    [Fact]
    public async Task Entry_WithoutAnOrganization_IsRemovedByTheNextStart()
    {
        await using var server = await ApiServer.StartAsync();
        var resources = server.Service<ResourceService>();
        var id = $"{Guid.NewGuid()}";
        await resources.CreateAsync(
            InstalledOrganizationResource.Definition, Access.Credentials.AccessKeyResource.Installation,
            ResourceService.SystemPrincipal, new InstalledOrganization { Id = id, SampleFor = id }, Token);
        var handler = server.Service<IEnumerable<IJobHandler>>().OfType<SampleJobHandler>().Single();

        (await handler.UnqueuedAsync(resources.Reader(server.OrganizationId, Token))).ShouldBeEmpty();
        var (job, due) = (await handler.UnqueuedAsync(resources.Reader(id, Token))).ShouldHaveSingleItem();
        await resources.ChangeAsync(id, ResourceService.SystemPrincipal, Token, async change =>
        {
            await JobQueue.PutAsync(change, handler.Name, job, due);
            return true;
        });
        await server.Service<JobRunner>().RunDueAsync(Token);

        (await ContentAsync(server, id)).ShouldBeEmpty();
        (await Organizations.IdsAsync(AllKinds.Catalog, server.Service<IDocumentStore>(), Token))
            .ShouldBe([server.OrganizationId]);
    }

    private static async Task ShouldBeAliveAsync(ApiClient inside)
    {
        (await inside.GetAsync("accounts?pageSize=100")).Data.Count.ShouldBe(12);
        var totals = (await inside.GetAsync("measurements/conservation")).Object["totals"]!;
        ((long)totals["stored"]!).ShouldBeInRange(20_000, 60_000);
        ((long)totals["failed"]!).ShouldBeInRange(4, 20);
        var jobs = (await inside.GetAsync("billjobs")).Data;
        jobs.Count.ShouldBe(3);
        foreach (var job in jobs)
            job["failures"]?.AsArray().ShouldBeEmpty(job.ToJsonString());
        var bills = (await inside.GetAsync("bills?pageSize=100")).Data;
        bills.Count(bill => (bool)bill["locked"]!).ShouldBe(20);
        bills.Count(bill => (string?)bill["status"] == "PENDING").ShouldBe(10);
        bills.Count(bill => (string?)bill["currency"] == "EUR").ShouldBe(3);
        bills.SelectMany(bill => bill["lineItems"]!.AsArray().Select(line => (string?)line!["lineItemType"])).Distinct()
            .ShouldBe(
            [
                "STANDING_CHARGE", "USAGE", "MINIMUM_SPEND", "COUNTER_RUNNING_TOTAL_CHARGE", "COMMITMENT_FEE",
                "COMMITMENT_CONSUMED", "BALANCE_CONSUMED", "CREDIT_MEMO",
            ], ignoreOrder: true);
    }

    // All documents of an organization, as text.
    private static async Task<IReadOnlyList<string>> ContentAsync(ApiServer server, string organizationId)
    {
        var store = server.Service<IDocumentStore>();
        List<string> found = [];
        foreach (var kind in AllKinds.Catalog.DocumentKinds.Concat(OpenedEngines.InternalKinds))
        {
            foreach (var document in await store.QueryAsync(kind, organizationId, new DocumentQuery(), Token))
                found.Add($"{kind.Name} {document.Id} {System.Text.Encoding.UTF8.GetString(document.Json.Span)}");
        }
        return found;
    }
}
