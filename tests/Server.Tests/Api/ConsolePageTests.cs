using System.Net;
using System.Text.RegularExpressions;

namespace Tallystick.Server.Tests.Api;

/// <summary>What every page of the console promises to the browser.</summary>
public sealed partial class ConsolePageTests(SqliteServer shared)
{
    public static TheoryData<string> Pages => new("", "org/sample/accounts");

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_OfTheConsole_LoadsOnlyFilesOfThisServerUnderNamesThatNeverChange(string path)
    {
        using var client = await shared.NewOrganizationAsync();

        var (_, page) = await GetAsync(client, path);

        var files = FileReference().Matches(page).Select(match => match.Groups[1].Value).ToList();
        files.ShouldContain(file => file.StartsWith("console/tokens.", StringComparison.Ordinal));
        files.ShouldContain(file => file.StartsWith("_framework/blazor.web.", StringComparison.Ordinal));
        foreach (var file in files.Where(file => file != "data:,"))
        {
            file.ShouldNotContain("//");
            var (answer, _) = await GetAsync(client, file);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, file);
            if (!file.EndsWith(".woff2", StringComparison.Ordinal))
                answer.Headers.CacheControl!.ToString().ShouldContain("immutable", Case.Sensitive, file);
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_OfTheConsole_AllowsNothingInlineAndNoOtherHost(string path)
    {
        using var client = await shared.NewOrganizationAsync();

        var (answer, page) = await GetAsync(client, path);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var policy = answer.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        Inline().Matches(page).ShouldBeEmpty();
    }

    private static async Task<(HttpResponseMessage Answer, string Body)> GetAsync(ApiClient client, string path)
    {
        using var answer = await client.Http.GetAsync(path, TestContext.Current.CancellationToken);
        return (answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [GeneratedRegex("<(?:link|script)[^>]*? (?:href|src)=\"([^\"]+)\"")]
    private static partial Regex FileReference();

    [GeneratedRegex("<style|<script(?![^>]* src=)| style=| on[a-z]+=")]
    private static partial Regex Inline();
}
