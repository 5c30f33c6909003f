using System.Net;
using System.Text.RegularExpressions;

namespace Tallystick.Console.Tests;

/// <summary>A person who is signed in and looks at pages without a browser, which is quick.</summary>
internal sealed partial class Visitor : IDisposable
{
    private readonly HttpClient _http;

    private Visitor(Uri address) => _http = new HttpClient(new HttpClientHandler { CookieContainer = new() })
    {
        BaseAddress = address,
        DefaultRequestHeaders = { { "Accept", "text/html" } },
    };

    /// <summary>Signs in with a password that is not temporary.</summary>
    internal static async Task<Visitor> SignInAsync(Uri address, string email, string password)
    {
        var visitor = new Visitor(address);
        await visitor.SubmitAsync("/sign-in", ("Email", email), ("Password", password));
        return visitor;
    }

    /// <summary>Signs in as the first administrator of a server, and chooses the password.</summary>
    internal static async Task<Visitor> ArriveAsync(ConsoleServer server)
    {
        var person = server.First.Person!;
        var visitor = await SignInAsync(server.Address, person.Email, person.Password!);
        await visitor.SubmitAsync(
            "/sign-in/password", ("NewPassword", ConsoleServer.Chosen), ("RepeatedPassword", ConsoleServer.Chosen));
        return visitor;
    }

    /// <summary>The HTML of a page.</summary>
    internal async Task<string> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await _http.GetAsync(path);
        var html = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, $"{path}\n{html}");
        return html;
    }

    /// <summary>Opens a page whose answer does not matter.</summary>
    internal async Task SendGetAsync(string path) => (await _http.GetAsync(path)).Dispose();

    /// <summary>Sends the form of a page as a browser does: its hidden values, and those that were typed.</summary>
    /// <param name="path">The page.</param>
    /// <param name="values">The values of inputs. The only form, or the one with the first of them, is sent.</param>
    /// <returns>The page that follows.</returns>
    internal async Task<string> SubmitAsync(string path, params (string Name, string Value)[] values) =>
        await (await SendAsync(path, null, values)).Content.ReadAsStringAsync();

    /// <summary>Sends the form with a name, and returns the response whatever it is.</summary>
    internal async Task<HttpResponseMessage> SendAsync(
        string path, string? form, params (string Name, string Value)[] values)
    {
        var page = await GetAsync(path);
        var html = Forms().Matches(page).Select(match => match.Value).First(text => form is not null
            ? text.Contains($"value=\"{form}\"", StringComparison.Ordinal)
            : text.Contains($"name=\"{values[0].Name}\"", StringComparison.Ordinal));
        var hidden = HiddenInputs().Matches(html).Select(match => match.Value)
            .Select(input => (Name: AttributeOf(input, "name"), Value: AttributeOf(input, "value")))
            .Where(input => values.All(value => value.Name != input.Name) && IsFilledIn(input.Name));
        return await _http.PostAsync(path, new FormUrlEncodedContent(
            hidden.Concat(values).Select(pair => KeyValuePair.Create(pair.Name, pair.Value))));

        // A row of which nothing is typed counts as removed.
        bool IsFilledIn(string name) => name.LastIndexOf("].", StringComparison.Ordinal) is var end and >= 0
            ? values.Any(value => value.Name.StartsWith(name[..(end + 2)], StringComparison.Ordinal)) : true;
    }

    public void Dispose() => _http.Dispose();

    private static string AttributeOf(string element, string name) => WebUtility.HtmlDecode(
        Regex.Match(element, $"""\s{name}="([^"]*)""", RegexOptions.CultureInvariant).Groups[1].Value);

    [GeneratedRegex("<form[^>]*method=\"post\".*?</form>", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex HiddenInputs();
}
