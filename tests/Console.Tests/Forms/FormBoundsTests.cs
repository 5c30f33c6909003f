using System.Net;

namespace Tallystick.Console.Tests.Forms;

/// <summary>What a form can send, and what it says of what it cannot take.</summary>
public sealed class FormBoundsTests(ConsoleServerFixture console) : IClassFixture<ConsoleServerFixture>
{
    [Fact]
    public async Task Form_OfSomeHundredKilobytes_ReachesTheApi_WhichNamesTheFault()
    {
        using var response = await SendAsync(("name", new string('x', 300_000)), ("code", "long"));

        var page = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        page.ShouldContain("id=\"field-name-fault\"");
        page.ShouldContain(new string('x', 300_000));
    }

    [Fact]
    public async Task Form_LargerThanTheBound_SaysSo()
    {
        using var response = await SendAsync(("name", new string('x', 5_000_000)), ("code", "long"));

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadAsStringAsync()).ShouldContain("A form can have at most 4 MB.");
    }

    [Fact]
    public async Task Form_ThatIsOpenToEverybody_HasASmallBound()
    {
        using var http = new HttpClient { BaseAddress = console.Server.Address };
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("Email", new string('x', 70_000))]);
        using var response = await http.PostAsync("/sign-in", form);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadAsStringAsync()).ShouldContain("A form can have at most 64 KB.");
    }

    [Fact]
    public async Task Form_WithNul_SaysSo()
    {
        using var response = await SendAsync(("name", "a\0b"), ("code", "nul"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("the character NUL (U+0000)");
    }

    [Fact]
    public async Task Form_OfAnotherSession_IsStillExpired()
    {
        using var response = await SendAsync(("name", "a"), ("__RequestVerificationToken", "forged"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("Form expired");
    }

    [Fact]
    public async Task Number_ThatCannotBeRead_ComesBackAsTyped()
    {
        using var response = await console.Administrator.SendAsync(
            console.To("accounts/new"), null, ("name", "Acme"), ("code", "acme"), ("emailAddress", "a@example.com"),
            ("daysBeforeBillDue", "a fortnight"));

        var page = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        page.ShouldContain("value=\"a fortnight\"");
        page.ShouldContain("Days before bill due must be a whole number.");
    }

    private Task<HttpResponseMessage> SendAsync(params (string, string)[] values) =>
        console.Administrator.SendAsync(console.To("products/new"), null, values);
}
