using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Tallystick.Acceptance.Tests;

/// <summary>The first start takes the operator's settings, or says what is wrong with them.</summary>
public sealed class BootstrapTests
{
    private const string Organization = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
    private const string Secret = "a+long%20secret/with=signs&more";

    [Fact]
    public async Task FirstStart_WithSettings_TakesThemAndPrintsNoSecret()
    {
        using var server = new LiveServer(new Dictionary<string, string>
        {
            ["TALLYSTICK_ORG_ID"] = Organization,
            ["TALLYSTICK_ACCESS_KEY_ID"] = "my-key_1.~",
            ["TALLYSTICK_API_SECRET"] = Secret,
        });

        ((string?)(await server.GetAsync("organizationconfig"))["id"]).ShouldBe(Organization);
        server.Environment["TALLYSTICK_ORG_ID"].ShouldBe(Organization);
        server.Environment["TALLYSTICK_ACCESS_KEY_ID"].ShouldBe("my-key_1.~");
        // As they are, and percent-encoded as some clients do.
        (await TokenAsync(server, "my-key_1.~", Secret)).ShouldBe(HttpStatusCode.OK);
        (await TokenAsync(server, "my-key_1.~", Uri.EscapeDataString(Secret))).ShouldBe(HttpStatusCode.OK);
        (await TokenAsync(server, "my-key_1.~", WebUtility.UrlEncode(Secret))).ShouldBe(HttpStatusCode.OK);
        (await TokenAsync(server, "my-key_1.~", Secret + "x")).ShouldBe(HttpStatusCode.Unauthorized);

        server.Stop().ShouldBe(0);
        server.Printed.ShouldContain("First start");
        server.Printed.ShouldNotContain(Secret);
        server.StartAgain();

        (await TokenAsync(server, "my-key_1.~", Secret)).ShouldBe(HttpStatusCode.OK);
        server.Stop().ShouldBe(0);
        server.Printed.ShouldNotContain("First start");
    }

    [Theory]
    [InlineData("TALLYSTICK_ORG_ID", "my-company")]
    [InlineData("TALLYSTICK_ORG_ID", "3f2504e04f8911d39a0c0305e82c3301")]
    [InlineData("TALLYSTICK_ACCESS_KEY_ID", "key:with-colon")]
    [InlineData("TALLYSTICK_ACCESS_KEY_ID", "key with blanks")]
    [InlineData("TALLYSTICK_API_SECRET", "too-short")]
    [InlineData("TALLYSTICK_API_SECRET", "a secret that has blanks in it")]
    [InlineData("TALLYSTICK_API_SECRET", "geheimniskrämereiüberalles")]
    [InlineData("TALLYSTICK_POSTGRES", "not a connection string")]
    [InlineData("TALLYSTICK_POSTGRES", "Host=/nowhere;Database=none;Username=nobody;Timeout=1")]
    [InlineData("TALLYSTICK_POSTGRES", "Database=none")]
    [InlineData("TALLYSTICK_POSTGRES", "postgresql://nobody@127.0.0.1:1/none?colour=red")]
    [InlineData("TALLYSTICK_POSTGRES", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")]
    [InlineData("TALLYSTICK_METRICS_URL", "9464")]
    [InlineData("TALLYSTICK_METRICS_TOKEN", "short")]
    public void Start_WithAMalformedSetting_IsRefusedByName(string name, string value)
    {
        var (code, said) = LiveServer.TryStart(new Dictionary<string, string> { [name] = value });

        code.ShouldBe(1);
        // One sentence for the operator, no trace for a developer.
        said.Trim().Split('\n').Length.ShouldBe(1, said);
        said.ShouldContain(name == "TALLYSTICK_POSTGRES" ? "PostgreSQL" : name);
    }

    [Theory]
    [InlineData("Unknown option '--url'. Known options: --urls", "--url", "http://127.0.0.1:0")]
    [InlineData("Unknown option 'start'", "start")]
    [InlineData("--urls requires a value", "--urls")]
    [InlineData("--accept-loss takes no value", "--accept-loss=yes")]
    [InlineData("--urls must be addresses such as http://127.0.0.1:8080", "--urls", "127.0.0.1:8080")]
    [InlineData("--urls must be addresses", "--urls", "http://127.0.0.1:70000")]
    [InlineData("--urls must be addresses", "--urls=http://127.0.0.1:0;nothing")]
    public void Start_WithAWrongOption_IsRefusedInOneLine(string message, params string[] arguments)
    {
        var (code, said) = LiveServer.TryStart(new Dictionary<string, string>(), arguments);

        code.ShouldBe(1);
        said.Trim().Split('\n').Length.ShouldBe(1, said);
        said.ShouldContain(message);
    }

    [Fact]
    public void Start_WithOtherCredentialsThanTheFirst_SaysWhichAreIgnored()
    {
        var settings = new Dictionary<string, string>
        {
            ["TALLYSTICK_ACCESS_KEY_ID"] = "first-key",
            ["TALLYSTICK_API_SECRET"] = Secret,
        };
        using var server = new LiveServer(settings);
        server.Stop();

        settings["TALLYSTICK_API_SECRET"] = Secret + "x";
        server.StartAgain();
        server.Stop();
        server.Printed.ShouldContain("TALLYSTICK_API_SECRET is ignored");
        server.Printed.ShouldNotContain(Secret);

        settings["TALLYSTICK_API_SECRET"] = Secret;
        settings["TALLYSTICK_ORG_ID"] = Guid.NewGuid().ToString();
        settings["TALLYSTICK_ACCESS_KEY_ID"] = "second-key";
        server.StartAgain();
        server.Stop();
        server.Printed.ShouldContain("TALLYSTICK_ORG_ID is ignored");
        server.Printed.ShouldContain("TALLYSTICK_ACCESS_KEY_ID is ignored");
    }

    [Fact]
    public void Start_OnAnAddressInUse_IsRefusedWithTheAddress()
    {
        using var server = new LiveServer();
        var address = server.Environment["TALLYSTICK_URL"];

        var (code, said) = LiveServer.TryStart(new Dictionary<string, string>(), "--urls", address);

        code.ShouldBe(1);
        said.ShouldContain(address);
        said.ShouldNotContain("   at ");
    }

    private static async Task<HttpStatusCode> TokenAsync(LiveServer server, string key, string secret)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{server.Address}/oauth/token")
        {
            Content = new StringContent("grant_type=client_credentials"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:{secret}")));
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
