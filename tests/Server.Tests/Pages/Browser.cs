using System.Net;
using System.Text.RegularExpressions;

namespace Tallystick.Server.Tests.Pages;

/// <summary>What a page answered.</summary>
internal sealed record PageAnswer(HttpStatusCode Status, string? Location, string Text, HttpResponseMessage Response);

/// <summary>
/// Visits pages and sends their forms as a browser does: with cookies, and with what the form contains.
/// </summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _http;

    internal Browser(Uri address, string userAgent = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/145.0")
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies })
        {
            BaseAddress = address,
        };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", userAgent);
        _http.DefaultRequestHeaders.Add("Accept", "text/html");
    }

    internal CookieContainer Cookies { get; } = new();

    /// <summary>The cookie of the session; null if there is none.</summary>
    internal Cookie? Session => Cookies.GetCookies(_http.BaseAddress!)["tallystick-session"];

    internal Task<PageAnswer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Gets the page and sends a form of it.</summary>
    internal async Task<PageAnswer> SubmitAsync(string path, string form, params (string Name, string Value)[] fields)
    {
        var page = await GetAsync(path);
        page.Status.ShouldBe(HttpStatusCode.OK, $"{path} {page.Location}");
        return await SubmitAsync(page, path, form, fields);
    }

    /// <summary>Sends a form of a page.</summary>
    internal Task<PageAnswer> SubmitAsync(
        PageAnswer page, string path, string form, params (string Name, string Value)[] fields)
    {
        var content = Forms().Matches(page.Text).Select(match => match.Value).First(
            text => text.Contains($"value=\"{form}\"", StringComparison.Ordinal)
                || text.Contains($"action=\"{form}\"", StringComparison.Ordinal));
        var hidden = Hidden().Matches(content)
            .Select(match => (Name: match.Groups[1].Value, Value: WebUtility.HtmlDecode(match.Groups[2].Value)))
            .Where(one => fields.All(field => field.Name != one.Name));
        return PostAsync(path, [.. hidden, .. fields]);
    }

    internal Task<PageAnswer> PostAsync(string path, params (string Name, string Value)[] fields) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        });

    internal Task<PageAnswer> SignInAsync(string email, string password, string query = "") =>
        SubmitAsync($"sign-in{query}", "sign-in", ("Email", email), ("Password", password));

    private async Task<PageAnswer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return new PageAnswer(response.StatusCode, response.Headers.Location?.ToString(), text, response);
        }
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
