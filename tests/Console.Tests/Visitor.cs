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

    /// <summary>Somebody who is not signed in.</summary>
    internal static Visitor Stranger(Uri address) => new(address);

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
        var hidden = HiddenOf(await GetAsync(path), form, form is null ? values[0].Name : null)
            .Where(input => values.All(value => value.Name != input.Name) && IsFilledIn(input.Name));
        return await _http.PostAsync(path, new FormUrlEncodedContent(
            hidden.Concat(values).Select(pair => KeyValuePair.Create(pair.Name, pair.Value))));

        // A row of which nothing is typed counts as removed.
        bool IsFilledIn(string name) => name.LastIndexOf("].", StringComparison.Ordinal) is var end and >= 0
            ? values.Any(value => value.Name.StartsWith(name[..(end + 2)], StringComparison.Ordinal)) : true;
    }

    /// <summary>Sends a file with the form that has an input for it.</summary>
    /// <returns>The page that follows.</returns>
    internal async Task<string> SendFileAsync(string path, string input, byte[] file)
    {
        using var content = new MultipartFormDataContent { { new ByteArrayContent(file), input, "file" } };
        foreach (var (name, value) in HiddenOf(await GetAsync(path), null, input))
            content.Add(new StringContent(value), name);
        using var response = await _http.PostAsync(path, content);
        return await response.Content.ReadAsStringAsync();
    }

    public void Dispose() => _http.Dispose();

    // The hidden inputs of the form with a name, or of the first with an input.
    private static IEnumerable<(string Name, string Value)> HiddenOf(string page, string? form, string? input)
    {
        var html = Forms().Matches(page).Select(match => match.Value).First(text => text.Contains(
            form is null ? $"name=\"{input}\"" : $"value=\"{form}\"", StringComparison.Ordinal));
        return HiddenInputs().Matches(html).Select(match => match.Value)
            .Select(one => (AttributeOf(one, "name"), AttributeOf(one, "value")));
    }

    private static string AttributeOf(string element, string name) => WebUtility.HtmlDecode(
        Regex.Match(element, $"""\s{name}="([^"]*)""", RegexOptions.CultureInvariant).Groups[1].Value);

    [GeneratedRegex("<form[^>]*method=\"post\".*?</form>", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*type=\"hidden\"[^>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex HiddenInputs();
}
