using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Users;

/// <summary>A person who was invited, has accepted and is signed in.</summary>
internal sealed class Person : IDisposable
{
    internal const string Password = "correct horse battery";

    private Person(ApiClient administrator, string id, string email)
    {
        (Id, Email) = (id, email);
        Client = new ApiClient(administrator.Http.BaseAddress!, administrator.OrganizationId);
    }

    internal string Id { get; }

    internal string Email { get; }

    /// <summary>Calls as the person.</summary>
    internal ApiClient Client { get; }

    /// <summary>The body of an invitation to a new address.</summary>
    internal static JsonObject Invitation(string? email = null) => new()
    {
        ["email"] = email ?? $"Ann.{Guid.NewGuid():N}@example.com",
        ["firstName"] = "Ann",
        ["lastName"] = "Lee",
        ["contactNumber"] = "+44 1",
    };

    /// <summary>Invites, accepts and signs in.</summary>
    internal static async Task<Person> MakeAsync(
        ApiClient administrator, JsonObject? invitation = null, params string[] policies)
    {
        var body = invitation ?? Invitation();
        if (policies.Length > 0)
            body["permissionPolicyIds"] = new JsonArray([.. policies.Select(id => (JsonNode)id)]);
        var sent = (await administrator.PostAsync("invitations", body)).Object;
        var accepted = (await AcceptAsync(administrator, (string)sent["acceptUrl"]!)).Object;
        var person = new Person(administrator, (string)accepted["userId"]!, (string)accepted["email"]!);
        (await person.SignInAsync()).Status.ShouldBe(HttpStatusCode.OK);
        return person;
    }

    /// <summary>Accepts by the link.</summary>
    internal static Task<ApiAnswer> AcceptAsync(
        ApiClient client, string url, string? password = Password, string? currentPassword = null)
    {
        var link = new Uri(url);
        var query = System.Web.HttpUtility.ParseQueryString(link.Query);
        return PostAsync(client, "invitations/accept", new JsonObject
        {
            ["organizationId"] = query["organizationId"],
            ["invitationId"] = query["invitationId"],
            ["token"] = link.Fragment[1..],
            ["password"] = password,
            ["currentPassword"] = currentPassword,
        });
    }

    /// <summary>Signs in, and calls with the new token from now on if that succeeds.</summary>
    internal async Task<ApiAnswer> SignInAsync(
        string password = Password, string? newPassword = null, string? organizationId = null)
    {
        var answer = await PostAsync(Client, "signin", new JsonObject
        {
            ["email"] = Email,
            ["password"] = password,
            ["newPassword"] = newPassword,
            ["organizationId"] = organizationId,
        });
        if (answer.Status == HttpStatusCode.OK)
            Client.Http.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Bearer", (string)answer.Object["access_token"]!);
        return answer;
    }

    /// <summary>Sends to a path of the server, without a token.</summary>
    internal static async Task<ApiAnswer> PostAsync(ApiClient client, string path, JsonObject body)
    {
        using var anonymous = new ApiClient(client.Http.BaseAddress!, client.OrganizationId);
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body.ToJsonString()),
        };
        return await anonymous.AnswerAsync(request);
    }

    public void Dispose() => Client.Dispose();
}
