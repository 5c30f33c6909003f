using Microsoft.Extensions.Configuration;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Tests.Pages;

/// <summary>What is refused about the settings of an OpenID Connect provider, before the server starts.</summary>
public sealed class OidcSettingsTests
{
    private static readonly Dictionary<string, string?> Right = new()
    {
        ["TALLYSTICK_OIDC_ISSUER"] = "https://login.example.com/realms/acme",
        ["TALLYSTICK_OIDC_CLIENT_ID"] = "tallystick",
        ["TALLYSTICK_OIDC_CLIENT_SECRET"] = "hidden word",
    };

    [Theory]
    [InlineData("TALLYSTICK_OIDC_ISSUER", "login.example.com", "must be an address such as")]
    [InlineData("TALLYSTICK_OIDC_ISSUER", "http://login.example.com", "must be an address such as")]
    [InlineData("TALLYSTICK_OIDC_ISSUER", "", "has no effect without TALLYSTICK_OIDC_ISSUER")]
    [InlineData("TALLYSTICK_OIDC_CLIENT_ID", "", "TALLYSTICK_OIDC_CLIENT_ID is required")]
    [InlineData("TALLYSTICK_OIDC_CLIENT_SECRET", " ", "TALLYSTICK_OIDC_CLIENT_SECRET is required")]
    [InlineData("TALLYSTICK_OIDC_ONLY", "yes", "TALLYSTICK_OIDC_ONLY must be true or false, not 'yes'")]
    [InlineData("TALLYSTICK_OIDC_TRUST_EMAIL", "1", "TALLYSTICK_OIDC_TRUST_EMAIL must be true or false, not '1'")]
    [InlineData("TALLYSTICK_OIDC_NAME", "a\nb", "TALLYSTICK_OIDC_NAME must have at most 50 characters")]
    public void Setting_ThatIsWrong_IsRefusedByName(string name, string value, string message)
    {
        var refusal = Should.Throw<StoreUnavailableException>(() => Read((name, value)));

        refusal.Message.ShouldContain(message);
        refusal.Message.ShouldNotContain("hidden word");
    }

    [Fact]
    public void Settings_OfNoProvider_AreNone() => OidcSettings.From(new ConfigurationBuilder().Build()).ShouldBeNull();

    [Fact]
    public void Name_LeftOut_IsTheHost()
    {
        var provider = Read(("TALLYSTICK_OIDC_ONLY", "true")).ShouldNotBeNull();

        provider.Name.ShouldBe("login.example.com");
        provider.IsOnly.ShouldBeTrue();
        provider.TrustsEmail.ShouldBeFalse();
    }

    [Fact]
    public void Issuer_OnThisMachine_MayDoWithoutHttps() =>
        Read(("TALLYSTICK_OIDC_ISSUER", "http://localhost:8081/realms/acme")).ShouldNotBeNull();

    private static Tallystick.Console.SignIn.ProviderSettings? Read((string Name, string Value) changed) =>
        OidcSettings.From(new ConfigurationBuilder()
            .AddInMemoryCollection(Right).AddInMemoryCollection([new(changed.Name, changed.Value)]).Build());
}
