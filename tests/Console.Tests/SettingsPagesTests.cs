using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Tallystick.Console.Tests;

/// <summary>What pages of settings say, save and refuse.</summary>
public sealed partial class SettingsPagesTests(ConsoleServerFixture console) : IClassFixture<ConsoleServerFixture>
{
    private const string Hostile = "<script>alert(1)</script>\"'";
    private const string HostileText = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;";
    private const string ReadOnly = "00000000-0000-4000-8000-000000000002";

    public static TheoryData<string, string> Pages => new()
    {
        { "organization", "Organization id" },
        { "configuration", "Order of credits" },
        { "bill-lock", "No bills are locked by date." },
        { "invoices", "Legal name" },
        { "currencies", "Conversions" },
        { "credit-reasons", "Create credit reason" },
        { "debit-reasons", "Create debit reason" },
        { "transaction-types", "Create transaction type" },
        { "bill-grouping-keys", "Create bill grouping key" },
        { "custom-fields", "Compound aggregations" },
        { "users", "Invite user" },
        { "service-users", "Create service user" },
        { "user-groups", "Create user group" },
        { "invitations", "Invite user" },
        { "support-access", "Support users" },
        { "permission-policies", "Administrator" },
        { "audit-trail", "Organization config created" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_OfTheAdministrator_IsShown(string path, string text) =>
        (await GetAsync(path)).ShouldContain(text);

    [Fact]
    public async Task Configuration_IsSavedAsAWhole_AndRefusedBesideTheField()
    {
        (string, string)[] values =
        [
            ("yearEpoch", "2026-01-01"), ("monthEpoch", "2026-01-01"), ("weekEpoch", "2026-01-04"),
            ("dayEpoch", "2026-01-01"), ("currency", "USD"), ("daysBeforeBillDue", "14"),
            ("currencyConversions[0].from", "EUR"), ("currencyConversions[0].to", "USD"),
            ("currencyConversions[0].multiplier", "1.0850"), ("creditApplicationOrder", "BALANCE, PREPAYMENT"),
            ("scheduledBillInterval", "0.5"), ("suppressedEmptyBills", "true"),
        ];
        var saved = await SubmitAsync("configuration", [("timezone", "Europe/London"), .. values]);
        saved.ShouldContain("Configuration saved.");
        saved.ShouldContain("<option value=\"BALANCE, PREPAYMENT\" selected");
        (await GetAsync("currencies")).ShouldContain("1.085");

        using var refused = await console.Administrator.SendAsync(
            To("configuration"), null, [("timezone", "Nowhere"), .. values]);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("id=\"field-timezone-fault\"");
    }

    [Fact]
    public async Task CreditReason_IsCreatedChangedAndDeleted()
    {
        var list = await SubmitAsync("credit-reasons/new", ("name", Hostile), ("code", "goodwill"));
        list.ShouldContain("Credit reason created.");
        list.ShouldContain(HostileText);
        list.ShouldNotContain(Hostile);
        var page = $"credit-reasons/{IdIn(list, "credit-reasons")}";

        (await SubmitAsync(page, ("name", "Goodwill"), ("code", "goodwill"), ("archived", "true")))
            .ShouldContain("Credit reason saved.");
        (await SubmitAsync(page, ("TypedName", "something else"))).ShouldContain("Type goodwill to confirm.");
        (await SubmitAsync(page, ("TypedName", "goodwill"))).ShouldContain("Goodwill deleted.");
    }

    [Fact]
    public async Task CustomFields_KeepTextsAndNumbers()
    {
        var saved = await SendAsync(
            "custom-fields", ("account[0].name", "tier"), ("account[0].type", "TEXT"), ("account[0].value", "007"),
            ("account[3].name", "seats"), ("account[3].type", "NUMBER"), ("account[3].value", "25"));
        saved.ShouldContain("Custom fields saved.");
        saved.ShouldContain("value=\"007\"");
        saved.ShouldContain("name=\"account[1].value\" type=\"text\" value=\"25\"");

        using var refused = await console.Administrator.SendAsync(
            To("custom-fields"), "resource", ("account[0].name", "tier"), ("account[0].type", "NUMBER"),
            ("account[0].value", "many"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Invoices_KeepTheLinesOfTheAddress() =>
        (await SubmitAsync("invoices", ("legalName", "Acme, Inc."), ("addressLines", "1 Main Street, Suite 2\r\nTown")))
            .ShouldContain("1 Main Street, Suite 2&#xA;Town</textarea>");

    [Fact]
    public async Task Logo_IsSetShownAndRemoved_AndAFileThatIsNoImageIsRefused()
    {
        const string Pixel =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

        (await console.Administrator.SendFileAsync(To("invoices"), "logo", "no image"u8.ToArray()))
            .ShouldContain("must be a complete PNG or JPEG image");
        WebUtility.HtmlDecode(
            await console.Administrator.SendFileAsync(To("invoices"), "logo", Convert.FromBase64String(Pixel)))
            .ShouldContain($"src=\"data:image/png;base64,{Pixel}\"");
        (await console.Administrator.SendAsync(To("invoices"), "remove-logo")).Dispose();
        (await GetAsync("invoices")).ShouldContain("Invoices have no logo.");
    }

    [Fact]
    public async Task Policy_IsWrittenInWordsAndTried()
    {
        var page = await SubmitAsync(
            "permission-policies/new", ("name", "Approvers"),
            ("permissionPolicy[0].effect", "ALLOW"), ("permissionPolicy[0].resource", "billing:bill, config:account"),
            ("permissionPolicy[0].action", "CONFIG_UPDATE"), ("permissionPolicy[0].action", "CONFIG_RETRIEVE"),
            ("permissionPolicy[1].effect", "DENY"), ("permissionPolicy[1].resource", "config:account"),
            ("permissionPolicy[1].action", "CONFIG_UPDATE"));
        page.ShouldContain("May read and change bills and accounts.");
        page.ShouldContain("Must not change accounts, whatever other statements say.");
        var path = $"permission-policies/{IdIn(page, "permission-policies")}";

        (await GetAsync($"{path}?task=POST+bills%2Fapprove")).ShouldContain("Allowed: ");
        (await GetAsync($"{path}?task=PUT+accounts%2F%7Bid%7D"))
            .ShouldContain("Denied: config:update on config:account.");
        (await GetAsync($"{path}?task=POST+meters"))
            .ShouldContain("No statement allows config:create on config:meter.");
        (await GetAsync("permission-policies/00000000-0000-4000-8000-000000000001"))
            .ShouldNotContain("permission-policies/00000000-0000-4000-8000-000000000001/edit");
    }

    [Fact]
    public async Task Policy_WithAResourceThatCannotBe_IsRefusedBesideTheField()
    {
        using var response = await console.Administrator.SendAsync(
            To("permission-policies/new"), null, ("name", "Wrong"), ("permissionPolicy[0].effect", "ALLOW"),
            ("permissionPolicy[0].resource", "config:meter, not a resource"),
            ("permissionPolicy[0].action", "CONFIG_RETRIEVE"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("id=\"field-permissionPolicy[0].resource-fault\"");
    }

    [Fact]
    public async Task AccessKey_IsShownOnce_AndNotAsAnApiCall()
    {
        var page = await SubmitAsync("service-users/new", ("name", $"Program {Hostile}"));
        page.ShouldNotContain(Hostile);
        var path = $"service-users/{IdIn(page, "service-users")}";
        using var response = await console.Administrator.SendAsync(To(path), "generate-key");
        var shown = await response.Content.ReadAsStringAsync();
        var secret = Secret().Match(shown).Groups[1].Value;
        secret.Length.ShouldBeGreaterThan(20);

        shown[shown.IndexOf("Show as API call", StringComparison.Ordinal)..].ShouldNotContain(secret);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        response.Headers.TryGetValues("Set-Cookie", out var cookies);
        (cookies ?? []).ShouldAllBe(cookie => !cookie.Contains(secret));
        // A reload asks for the page, and does not send the form again.
        response.RequestMessage!.Method.ShouldBe(HttpMethod.Get);
        var reloaded = await GetAsync(path);
        reloaded.ShouldNotContain(secret);
        KeyRows().Count(reloaded).ShouldBe(1);
    }

    [Fact]
    public async Task ReadOnlyUser_SeesNoAction_AndCannotSend()
    {
        using var reader = await InviteAsync("reader@example.com", ReadOnly);
        var policy = "permission-policies/00000000-0000-4000-8000-000000000002";
        await SubmitAsync("credit-reasons/new", ("name", "To be read"), ("code", "to_be_read"));
        var list = await reader.GetAsync(To("credit-reasons"));

        foreach (var path in Pages.Select(page => page.Data.Item1)
            .Append(policy).Append($"credit-reasons/{IdIn(list, "credit-reasons")}"))
        {
            var html = await reader.GetAsync(To(path));
            Actions().Matches(MainPart().Match(html).Value).Select(match => match.Value).ShouldBeEmpty(path);
        }
    }

    [Fact]
    public async Task Form_ThatMayNotBeSent_SaysSoInWords()
    {
        using var reader = await InviteAsync("another.reader@example.com", ReadOnly);

        var page = await reader.GetAsync(console.To("products/new"), HttpStatusCode.Forbidden);

        page.ShouldContain("You may not create a product. Ask an administrator.");
    }

    [Fact]
    public async Task Entity_ThatSomebodyElseHasChanged_IsAConflictInWords()
    {
        var list = await SubmitAsync("credit-reasons/new", ("name", "Contested"), ("code", "contested"));
        var path = $"credit-reasons/{IdIn(list, "credit-reasons")}";

        using var response = await console.Administrator.SendAsync(
            To(path), null, ("name", "Late"), ("code", "contested"), ("version", "999"));

        response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await response.Content.ReadAsStringAsync()).ShouldContain("Somebody else has changed this");
    }

    [Fact]
    public async Task Person_WithoutPermissions_SeesOnlyTheOrganizationAndTheOwnAccount()
    {
        using var person = await InviteAsync("nobody@example.com", null);

        var page = await person.GetAsync(To("organization"));
        page.ShouldContain("Your account");
        page.ShouldNotContain("settings/users");
        await person.GetAsync(To("users"), HttpStatusCode.Forbidden);
        await person.GetAsync(To("audit-trail"), HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task AuditTrail_ShowsBeforeAndAfter()
    {
        var list = await SubmitAsync("debit-reasons/new", ("name", "Before <b>"), ("code", "late_fee"));
        await SubmitAsync($"debit-reasons/{IdIn(list, "debit-reasons")}", ("name", "After"), ("code", "late_fee"));

        var events = await GetAsync("audit-trail");
        events.ShouldContain("Debit reason updated");
        var change = await GetAsync($"audit-trail/{IdIn(events, "audit-trail")}");
        change.ShouldContain("<del>Before &lt;b&gt;</del>");
        change.ShouldContain("<ins>After</ins>");
    }

    [Fact]
    public async Task UserGroup_GivesItsPolicies()
    {
        var page = await SubmitAsync("user-groups/new", ("name", "Finance team"));
        var path = $"user-groups/{IdIn(page, "user-groups")}";
        var user = IdIn(await GetAsync("users"), "users");

        (await SubmitAsync(path, ("MemberId", user))).ShouldContain("Member added.");
        (await SubmitAsync(path, ("PolicyId", ReadOnly))).ShouldContain("Permission policy added.");
        (await GetAsync($"users/{user}")).ShouldContain("Finance team");
    }

    private async Task<Visitor> InviteAsync(string email, string? policy)
    {
        (string, string)[] values = [("email", email), ("firstName", "Rita"), ("lastName", Hostile)];
        var sent = await SubmitAsync(
            "invitations/new", policy is null ? values : [.. values, ("permissionPolicyIds", policy)]);
        var link = new Uri(WebUtility.HtmlDecode(Link().Match(sent).Groups[1].Value));
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(link.Query);
        using var http = new HttpClient { BaseAddress = console.Server.Address };
        using var accepted = await http.PostAsJsonAsync(link.AbsolutePath, new
        {
            organizationId = query["organizationId"].ToString(),
            invitationId = query["invitationId"].ToString(),
            token = link.Fragment[1..],
            password = ConsoleServer.Chosen,
        });
        accepted.StatusCode.ShouldBe(HttpStatusCode.OK, await accepted.Content.ReadAsStringAsync());
        return await Visitor.SignInAsync(console.Server.Address, email, ConsoleServer.Chosen);
    }

    private string To(string path) => console.To($"settings/{path}");

    private Task<string> GetAsync(string path) => console.Administrator.GetAsync(To(path));

    private Task<string> SubmitAsync(string path, params (string, string)[] values) =>
        console.Administrator.SubmitAsync(To(path), values);

    // For values whose rows the page does not have yet.
    private async Task<string> SendAsync(string path, params (string, string)[] values)
    {
        using var response = await console.Administrator.SendAsync(To(path), "resource", values);
        return await response.Content.ReadAsStringAsync();
    }

    // The first entity of a list, or that of a page.
    private static string IdIn(string html, string path) =>
        Regex.Match(html, $"settings/{path}/([0-9a-f-]{{36}})", RegexOptions.CultureInvariant).Groups[1].Value;

    [GeneratedRegex(
        "API secret</dt>.*?data-copy=\"([^\"]+)\"", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Secret();

    [GeneratedRegex(">Copy</button></span>.*?Deactivate", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex KeyRows();

    [GeneratedRegex("data-copy=\"(http[^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex("<main.*</main>", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex MainPart();

    [GeneratedRegex(
        "class=\"(button )?(primary|danger)\"[^>]*>|show-modal|/(new|edit)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Actions();
}
