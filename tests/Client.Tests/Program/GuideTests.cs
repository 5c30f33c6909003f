using System.Text.RegularExpressions;

namespace Tallystick.Client.Tests.Program;

/// <summary>What the guide of the client shows compiles and does what it says.</summary>
public sealed partial class GuideTests(RealServer server) : IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await server.StartAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Guide_ItsExamplesAsOneProgram_PrintWhatIsPrinted()
    {
        var guide = File.ReadAllText(Path.Combine(Testing.Repository.Root, "docs", "client.md"));
        var blocks = Block().Matches(guide).Select(match => (match.Groups[1].Value, match.Groups[2].Value)).ToList();
        var code = string.Concat(blocks.Where(block => block.Item1 == "csharp").Select(block => block.Item2));
        var printed = string.Concat(blocks.Where(block => block.Item1 == "text").Select(block => block.Item2));
        using var program = CompiledProgram.Of(code);

        var output = await program.RunAsync(server.Environment);

        output.ShouldBe(printed);
    }

    [Fact]
    public void Readme_OfThePackage_Compiles()
    {
        var text = File.ReadAllText(Path.Combine(Testing.Repository.Root, "src", "Client", "README.md"));

        using var program = CompiledProgram.Of(Block().Match(text).Groups[2].Value);
    }

    [GeneratedRegex("^```(\\w+)\\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
