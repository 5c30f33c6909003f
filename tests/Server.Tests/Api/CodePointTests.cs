using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.LookupTables;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.Api;

/// <summary>Lengths are counted in code points wherever the shape of a body does not count them.</summary>
public sealed class CodePointTests(SqliteServer server)
{
    [Theory]
    [InlineData(11, false)]
    [InlineData(12, true)]
    [InlineData(200, true)]
    [InlineData(201, false)]
    public async Task ChosenPassword_OfPairs_IsHeldToItsCodePoints(int length, bool isAccepted)
    {
        using var administrator = await server.NewOrganizationAsync();
        var sent = (await administrator.PostAsync("invitations", Person.Invitation())).Object;

        var answer = await Person.AcceptAsync(administrator, (string)sent["acceptUrl"]!, Pairs(length));

        if (isAccepted)
        {
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Message);
            (await SignInAsync(administrator, (string)sent["email"]!, Pairs(length))).Status
                .ShouldBe(HttpStatusCode.OK);
        }
        else
        {
            answer.Faults.ShouldBe(["length password"]);
        }
    }

    [Theory]
    [InlineData(200, HttpStatusCode.Unauthorized)]
    [InlineData(201, HttpStatusCode.BadRequest)]
    public async Task CurrentPassword_OfPairs_IsHeldToItsCodePoints(int length, HttpStatusCode status)
    {
        using var first = await server.NewOrganizationAsync();
        using var second = await server.NewOrganizationAsync();
        using var person = await Person.MakeAsync(first);
        var url = (string)(await second.PostAsync("invitations", Person.Invitation(person.Email))).Object["acceptUrl"]!;

        (await Person.AcceptAsync(second, url, "another password", Pairs(length))).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData(320, 200, HttpStatusCode.Unauthorized)]
    [InlineData(321, 200, HttpStatusCode.BadRequest)]
    [InlineData(320, 201, HttpStatusCode.BadRequest)]
    public async Task SignIn_WithPairs_IsHeldToCodePoints(int ofEmail, int ofPassword, HttpStatusCode status)
    {
        using var client = await server.NewOrganizationAsync();

        (await SignInAsync(client, Pairs(ofEmail), Pairs(ofPassword))).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData(320, HttpStatusCode.OK)]
    [InlineData(321, HttpStatusCode.BadRequest)]
    public async Task Email_OfPairs_IsHeldToItsCodePoints(int length, HttpStatusCode status)
    {
        using var client = await server.NewOrganizationAsync();
        const string Domain = "@example.com";

        (await client.PostAsync("invitations", Person.Invitation(Pairs(length - Domain.Length) + Domain))).Status
            .ShouldBe(status);
    }

    [Fact]
    public async Task ListFilter_WithPairs_IsHeldToItsCodePoints()
    {
        using var client = await server.NewOrganizationAsync();

        (await FilterAsync(36)).Data.ShouldBeEmpty();
        (await FilterAsync(37)).Faults.ShouldBe(["length contractId"]);

        Task<ApiAnswer> FilterAsync(int length) =>
            client.GetAsync($"commitments?contractId={Uri.EscapeDataString(Pairs(length))}");
    }

    [Fact]
    public async Task NameOfACopy_OfPairs_IsCutBetweenCodePoints()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await (await LookupSetup.MakeAsync(client)).NextAsync(name: Pairs(200));

        var copy = (await client.PostAsync($"{revision.Data}/copy", "")).Object;

        await revision.EndedAsync((string)copy["jobId"]!);
        ((string?)(await client.GetAsync($"{revision.Revisions}/{copy["revisionId"]}")).Object["name"])
            .ShouldBe(Pairs(195) + " Copy");
    }

    private static Task<ApiAnswer> SignInAsync(ApiClient client, string email, string password) =>
        Person.PostAsync(client, "signin", new JsonObject { ["email"] = email, ["password"] = password });

    /// <summary>A text of code points that have two UTF-16 units each.</summary>
    private static string Pairs(int length) => string.Concat(Enumerable.Repeat("😀", length));
}
