namespace Tallystick.Acceptance.Tests;

/// <summary>The examples of other ways to send usage do what their page says.</summary>
public sealed class WaysInTests
{
    [Fact]
    public void CloudEvents_ExampleAsTyped_CountsEachEventOnce()
    {
        var example = CodeBlock.In(Path.Combine("docs", "ways-in.md")).First(block => block.Language == "sh");
        using var server = new LiveServer();

        var lines = server.Run("bash", [server.Write("events.sh", example.Text)]).Trim().Split('\n');

        lines.Length.ShouldBe(5);
        lines[1..4].ShouldAllBe(line => line == "{\"result\":\"accepted\"}");
        foreach (var fields in new[] { "120,\"model\":\"small\"", "30.5,\"model\":\"large\"", "7,\"model\":\"small\"" })
            lines[4].Split($"\"count\":{fields}").Length.ShouldBe(2, $"{fields} once in {lines[4]}");
    }

    [Fact]
    public void Files_ExampleAsTyped_StoresTheirRows()
    {
        var example = CodeBlock.In(Path.Combine("docs", "ways-in.md"))
            .First(block => block.Language == "sh" && block.Text.Contains("fileuploads", StringComparison.Ordinal));
        using var server = new LiveServer();

        var lines = server.Run("bash", [server.Write("files.sh", example.Text)])
            .Trim().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBe(5);
        lines[1].ShouldContain("\"status\":\"succeeded\",\"totalRows\":2,\"processedRows\":1,\"failedRows\":1");
        lines[2].ShouldContain("\"status\":\"succeeded\",\"totalRows\":1,\"processedRows\":1,\"failedRows\":0");
        lines[3].ShouldContain("\"bytes\":1024,\"region\":\"eu\"");
        lines[3].ShouldContain("\"bytes\":2048,\"region\":\"eu, north\"");
        lines[4].ShouldContain("\"message\":\"measure.bytes: must be a number\"");
    }

    [Fact]
    public void OpenTelemetry_ExampleAsTyped_CountsTheTokensOnce()
    {
        var example = CodeBlock.In(Path.Combine("docs", "ways-in.md"))
            .First(block => block.Language == "sh" && block.Text.Contains("otlpmappings", StringComparison.Ordinal));
        using var server = new LiveServer();

        var lines = server.Run("bash", [server.Write("otlp.sh", example.Text)]).Trim().Split('\n');

        lines.Length.ShouldBe(4);
        lines[0].ShouldContain("\"preset\":\"GEN_AI\"");
        lines[1..3].ShouldBe(["{}", "{}"]);
        lines[3].Split("\"input_tokens\":120,\"output_tokens\":30,\"model\":\"small\"").Length
            .ShouldBe(2, $"once in {lines[3]}");
    }
}
