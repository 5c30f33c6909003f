using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests;

/// <summary>A fenced block of a Markdown document.</summary>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Text">What stands between the fences.</param>
internal sealed record CodeBlock(string Language, string Text)
{
    private const string Fence = "```";

    /// <summary>The blocks of a document of the repository, in order.</summary>
    internal static IReadOnlyList<CodeBlock> In(string document)
    {
        var blocks = new List<CodeBlock>();
        List<string>? lines = null;
        var language = "";
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, document)))
        {
            if (!line.StartsWith(Fence, StringComparison.Ordinal))
            {
                lines?.Add(line);
            }
            else if (lines is null)
            {
                (lines, language) = ([], line[Fence.Length..]);
            }
            else
            {
                blocks.Add(new CodeBlock(language, string.Join('\n', lines)));
                lines = null;
            }
        }
        return blocks;
    }
}
