using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using NodaTime;

namespace Tallystick.Console.Tests.SignIn;

/// <summary>Signing in with an OpenID Connect provider, over HTTP as a browser does.</summary>
public sealed class ProviderSignInTests(ProviderFixture provider) : IClassFixture<ProviderFixture>
{
    private const string Failed = "The sign-in with Example failed. Try again.";

    [Fact]
    public async Task Person_WithTheVerifiedAddressOfAUser_IsSignedInAndLinked()
    {
        var html = await provider.SignInAsync();

        html.ShouldContain("Dashboard");
        var user = await provider.PageOfAdministratorAsync();
        user.ShouldContain("Sign-in with Example");
        user.ShouldContain("1234");
    }

    [Fact]
    public async Task Person_WhoIsLinked_IsKnownByTheSubjectAndNotByTheAddress()
    {
        await provider.SignInAsync();

        (await provider.SignInAsync(person => person["email"] = "new@example.com")).ShouldContain("Dashboard");
        (await provider.SignInAsync(person => person["sub"] = "5678"))
            .ShouldContain("signs in with another identity of Example");
    }

    [Fact]
    public async Task Person_WhoseAddressIsNotVerified_IsRefusedUnlessLinked()
    {
        (await provider.SignInAsync(person =>
        {
            person["sub"] = "unverified";
            person["email_verified"] = false;
        })).ShouldContain("Example does not confirm your e-mail address");
        await provider.SignInAsync();
        (await provider.SignInAsync(person => person.Remove("email_verified"))).ShouldContain("Dashboard");
    }

    [Fact]
    public async Task Person_WhoIsNoUser_IsRefusedWithoutAWordOfOthers()
    {
        var html = await provider.SignInAsync(person =>
        {
            person["sub"] = "nobody";
            person["email"] = "nobody@example.com";
        });

        html.ShouldContain("You have no access yet.");
        html.ShouldNotContain("admin@");
    }

    [Fact]
    public async Task Person_WhoRefuses_IsBackAtTheSignInPage()
    {
        provider.Provider.IsRefused = true;
        (await provider.SignInAsync()).ShouldContain("You did not sign in with Example.");
        provider.Provider.IsRefused = false;
    }

    public static TheoryData<string, Action<SecurityTokenDescriptor>> Forgeries { get; } = new()
    {
        { "another issuer", token => token.Issuer = "https://elsewhere.example.com" },
        { "for another client", token => token.Audience = "other" },
        { "expired", token => token.Expires = LocalProvider.At(Duration.FromMinutes(-10)) },
        { "another nonce", token => token.Claims["nonce"] = "other" },
        { "without a nonce", token => token.Claims.Remove("nonce") },
        { "signed by somebody else", token => token.SigningCredentials = LocalProvider.CredentialsOf(RSA.Create()) },
        { "without a signature", token => token.SigningCredentials = null },
        { "another subject than userinfo", token => token.Claims["sub"] = "other" },
        { "a subject that is too long", token => token.Claims["sub"] = new string('x', 300) },
    };

    [Theory]
    [MemberData(nameof(Forgeries), DisableDiscoveryEnumeration = true)]
    public async Task IdentityToken_Forged_SignsNobodyIn(string what, Action<SecurityTokenDescriptor> forge)
    {
        provider.Provider.Forge = forge;
        var html = await provider.SignInAsync();
        provider.Provider.Forge = _ => { };

        html.ShouldContain(Failed, customMessage: what);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=1")]
    [InlineData("?code=1&state=made-up")]
    [InlineData("?error=server_error&state=made-up")]
    public async Task Callback_WithoutASignInThatBegan_SignsNobodyIn(string query)
    {
        using var stranger = Visitor.Stranger(provider.Server.Address);

        (await stranger.GetAsync($"/sign-in/provider/callback{query}")).ShouldContain(Failed);
    }

    [Fact]
    public async Task Callback_InAnotherBrowserOrTwice_SignsNobodyIn()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler) { BaseAddress = provider.Server.Address };
        using var start = await browser.GetAsync("/sign-in/provider");
        using var confirmed = await browser.GetAsync(start.Headers.Location);
        var callback = confirmed.Headers.Location!.PathAndQuery;

        using var stranger = Visitor.Stranger(provider.Server.Address);
        (await stranger.GetAsync(callback)).ShouldContain(Failed);
        using var first = await browser.GetAsync(callback);
        first.Headers.Location!.ToString().ShouldBe("/");
        using var second = await browser.GetAsync(callback);
        second.Headers.Location!.ToString().ShouldBe("/sign-in?fault=failed");
    }

    [Theory]
    [InlineData("https://evil.example.com")]
    [InlineData("//evil.example.com")]
    [InlineData("/org/x\\evil")]
    public async Task ReturnAddress_OfAnotherHost_LeadsHome(string address) =>
        (await provider.SignInAsync(returnUrl: address)).ShouldContain("Dashboard");

    [Fact]
    public async Task ReturnAddress_OfAPage_LeadsThere() =>
        (await provider.SignInAsync(returnUrl: provider.To("meters"))).ShouldContain("<h1>Meters</h1>");

    [Fact]
    public async Task Identity_Removed_EndsTheSessionsOfTheProviderOnly()
    {
        using var person = Visitor.Stranger(provider.Server.Address);
        await person.GetAsync("/sign-in/provider");

        await provider.RemoveIdentityAsync();

        (await person.GetAsync(provider.To("meters"))).ShouldContain("<h1>Sign in</h1>");
        (await provider.Administrator.GetAsync(provider.To("meters"))).ShouldContain("<h1>Meters</h1>");
        (await provider.PageOfAdministratorAsync()).ShouldNotContain("Sign-in with Example");
    }

    [Fact]
    public async Task SignInPage_SaysNothingThatTheAddressMakesUp()
    {
        using var stranger = Visitor.Stranger(provider.Server.Address);

        var html = await stranger.GetAsync("/sign-in?fault=%3Cscript%3Ealert(1)%3C/script%3E");

        html.ShouldNotContain("<script>alert");
        html.ShouldContain(Failed);
        html.ShouldContain("href=\"/sign-in/provider?returnUrl=\"");
    }
}
