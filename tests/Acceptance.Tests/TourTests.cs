namespace Tallystick.Acceptance.Tests;

/// <summary>What the documents tell a new user to type does what they say.</summary>
public sealed class TourTests
{
    private const string EndOfStep = "--- end of step ---";

    // A shell goes on after a command that it does not find.
    private const string NeedsCurl =
        "command -v curl >/dev/null || { echo 'curl is not installed; ./test installs it.' >&2; exit 1; }\n";

    [Fact]
    public void Readme_TourAsTyped_PrintsWhatIsPrinted()
    {
        var blocks = CodeBlock.In("README.md").SkipWhile(block => block.Language != "sh tour").ToList();
        var steps = blocks.Where(block => block.Language == "sh tour").ToList();
        var printed = blocks.Where(block => block.Language == "text").ToList();
        steps.Count.ShouldBeGreaterThan(5);
        printed.Count.ShouldBe(steps.Count);
        using var server = new LiveServer();

        // One shell for all steps, as the reader has.
        var script = string.Concat(steps.Select(step => $"{step.Text}\necho\necho '{EndOfStep}'\n"));
        var output = server.Run("bash", ["-s"], NeedsCurl + script).Split(EndOfStep);

        for (var step = 0; step < steps.Count; step++)
            output[step].Trim().ShouldBe(printed[step].Text.Trim(), steps[step].Text);
    }

    [Theory]
    [InlineData("sh", "bash", "quick.sh")]
    [InlineData("js", "node", "quick.mjs")]
    [InlineData("python", "python3", "quick.py")]
    [InlineData("java", "java", "Quick.java")]
    public void QuickStart_Snippet_MakesTheThreeFirstCalls(string language, string program, string file)
    {
        var snippet = CodeBlock.In(Path.Combine("docs", "quick-start.md")).Single(block => block.Language == language);
        using var server = new LiveServer();

        var output = server.Run(program, [server.Write(file, snippet.Text)]);

        output.ShouldContain("\"result\":\"accepted\"");
        output.ShouldContain("\"timezone\":\"UTC\"");
        output.ShouldContain("\"code\":\"api_requests\"");
    }
}
