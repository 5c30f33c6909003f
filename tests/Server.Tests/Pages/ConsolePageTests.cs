using System.Net;
using System.Text.RegularExpressions;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.Pages;

/// <summary>What every page of the console promises to the browser.</summary>
public sealed partial class ConsolePageTests(SqliteServer shared)
{
    public static TheoryData<string> Pages =>
        new("sign-in", "org/{id}", "org/{id}/settings/sessions", "org/{id}/settings/security");

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_OfTheConsole_LoadsOnlyFilesOfThisServerUnderNamesThatNeverChange(string path)
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var browser = await BrowserAsync(administrator, path);

        var page = await browser.GetAsync(path.Replace("{id}", administrator.OrganizationId, StringComparison.Ordinal));

        var files = FileReference().Matches(page.Text).Select(match => match.Groups[1].Value).ToList();
        files.ShouldContain(file => file.StartsWith("console/tokens.", StringComparison.Ordinal));
        files.ShouldContain(file => file.StartsWith("_framework/blazor.web.", StringComparison.Ordinal));
        foreach (var file in files.Where(file => file != "data:,"))
        {
            file.ShouldNotContain("//");
            var answer = await browser.GetAsync(file);
            answer.Status.ShouldBe(HttpStatusCode.OK, file);
            if (!file.EndsWith(".woff2", StringComparison.Ordinal))
                answer.Response.Headers.CacheControl!.ToString().ShouldContain("immutable", Case.Sensitive, file);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    [InlineData("org/{id}/no-such-page")]
    public async Task Page_OfTheConsole_AllowsNothingInlineAndNoOtherHost(string path)
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var browser = await BrowserAsync(administrator, path);

        var page = await browser.GetAsync(path.Replace("{id}", administrator.OrganizationId, StringComparison.Ordinal));

        Check(page);
        page.Text.ShouldContain("<h1>");
    }

    [Fact]
    public async Task Page_ThatDoesNotExist_IsAPageForBrowsersAndAnErrorForPrograms()
    {
        using var administrator = await shared.NewOrganizationAsync();
        using var browser = new Browser(administrator.Http.BaseAddress!);

        var page = await browser.GetAsync("no-such-page");
        using var answer = await administrator.Http.GetAsync("no-such-page", TestContext.Current.CancellationToken);

        page.Status.ShouldBe(HttpStatusCode.NotFound);
        page.Text.ShouldContain("<h1>Page not found</h1>");
        Check(page);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    private static async Task<Browser> BrowserAsync(ApiClient administrator, string path)
    {
        var browser = new Browser(administrator.Http.BaseAddress!);
        if (path == "sign-in")
            return browser;
        using var person = await Person.MakeAsync(administrator);
        (await browser.SignInAsync(person.Email, Person.Password)).Status.ShouldBe(HttpStatusCode.SeeOther);
        return browser;
    }

    private static void Check(PageAnswer page)
    {
        var policy = page.Response.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        page.Response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        Inline().Matches(page.Text).ShouldBeEmpty();
    }

    [GeneratedRegex("<(?:link|script)[^>]*? (?:href|src)=\"([^\"]+)\"")]
    private static partial Regex FileReference();

    [GeneratedRegex("<style|<script(?![^>]* src=)| style=| on[a-z]+=")]
    private static partial Regex Inline();
}
